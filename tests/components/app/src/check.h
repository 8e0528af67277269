/* SPDX-License-Identifier: BSD-2-Clause */
/* One line per check. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

extern unsigned checks_passed, checks_failed;

void check_at(bool good, const char *text, const char *file, int line);

#define CHECK(expression) check_at((expression), #expression, __FILE__, __LINE__)

/* Parts of the tester. */
void test_files(void);
void test_timers(void);
void test_machine(void);
void test_devices(void);
