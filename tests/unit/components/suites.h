/* SPDX-License-Identifier: BSD-2-Clause */
/* The test suites of this program; each returns its number of failures. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int access_control_suite(void);
int alarm_suite(void);
int console_suite(void);
int files_suite(void);
int owners_suite(void);
int ring_suite(void);
int rtc_suite(void);
int timers_suite(void);
