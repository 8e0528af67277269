/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output of the tests, on the kernel's console: conversions are those of <base/format.h>.
 */
#pragma once

#include <stdarg.h>

__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
void vprint(const char *format, va_list *args);
