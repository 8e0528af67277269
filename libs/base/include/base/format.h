/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf-like text for programs without a C library.
 *
 * Conversions: %c %s %d %i %u %x %X %p %%, with the flags '-' and '0', a width and, for %s, a
 * precision (digits or '*'), and the length modifiers l, ll and z. Anything else is printed as it
 * stands.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

typedef void format_put(void *context, char c);

/*
 * Hands each character to `put`. The list is passed by address: a va_list parameter is a pointer in
 * disguise, which hides its state.
 */
void format_each(format_put *put, void *context, const char *format, va_list *args);

/*
 * Into `buffer` of `size` bytes, cut off where it is too small, always terminated unless `size` is
 * 0. Returns the length of the whole text without its terminator.
 */
size_t format_list(char *buffer, size_t size, const char *format, va_list *args);
size_t format_text(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
