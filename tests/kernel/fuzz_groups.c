/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What needs the real passing of time: guests that may use up their time slice, and interrupts that
 * come while one is running.
 */
#include "groups.h"

extern const struct test_group virt_alarm_tests;
extern const struct test_group virt_fuzz_tests;

const struct test_group *const test_groups[] = {&virt_alarm_tests, &virt_fuzz_tests};
const unsigned test_group_count = ARRAY_SIZE(test_groups);
