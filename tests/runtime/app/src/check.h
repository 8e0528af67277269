/* SPDX-License-Identifier: BSD-2-Clause */
/* One line per check, in the words of the kernel's tests. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

extern unsigned checks_passed, checks_failed;

static inline void check_at(bool good, const char *text, const char *file, int line)
{
    if (good) {
        checks_passed++;
        printf("ok %s\n", text);
    } else {
        checks_failed++;
        printf("FAIL %s (%s:%d)\n", text, file, line);
    }
}

#define CHECK(expression) check_at((expression), #expression, __FILE__, __LINE__)

/* For loops: says only what failed. */
#define CHECK_QUIET(expression)                                                                    \
    do {                                                                                           \
        if (!(expression))                                                                         \
            check_at(false, #expression, __FILE__, __LINE__);                                      \
    } while (0)

/* Parts of the tester. */
void test_library(void);
void test_objects(void);
