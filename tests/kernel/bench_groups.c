/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmarks, each a "test" that prints what it measured.
 */
#include "groups.h"

extern const struct test_group ipc_bench, virt_bench_tests;

const struct test_group *const test_groups[] = {&ipc_bench, &virt_bench_tests};
const unsigned test_group_count = ARRAY_SIZE(test_groups);
