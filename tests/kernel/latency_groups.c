/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of latencies alone, for ./bench.
 */
#include "groups.h"

extern const struct test_group latency_tests;

const struct test_group *const test_groups[] = {&latency_tests};
const unsigned test_group_count = ARRAY_SIZE(test_groups);
