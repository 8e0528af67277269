/* SPDX-License-Identifier: BSD-2-Clause */
/* The suites of the ground floor's test program; each returns its number of failed tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

int arena_tests(void);
int calendar_tests(void);
int cpio_tests(void);
int format_tests(void);
int list_tests(void);
int memory_tests(void);
int number_tests(void);
