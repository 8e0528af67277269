/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the loader. A function that fails formats one message with loader_error() and returns
 * its -1 upwards; main() prints it. That keeps everything but the system calls testable on the
 * host.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define LOADER_MESSAGE_MAX 640

extern char loader_message[LOADER_MESSAGE_MAX];

/* Formats into `buffer`: %s %c %% and, of unsigned numbers, %u %x %lu %lx. */
size_t loader_vformat(char *buffer, size_t size, const char *format, va_list args);
size_t loader_format(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets loader_message; always returns -1. */
int loader_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
