/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests that sleep and wake, in real time.
 */
#include "groups.h"

extern const struct test_group virt_idle_tests;

const struct test_group *const test_groups[] = {&virt_idle_tests};
const unsigned test_group_count = ARRAY_SIZE(test_groups);
