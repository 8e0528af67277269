/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random guests: a root task of its own, since each may use up its time slice.
 */
#include "groups.h"

extern const struct test_group virt_fuzz_tests;

const struct test_group *const test_groups[] = {&virt_fuzz_tests};
const unsigned test_group_count = sizeof(test_groups) / sizeof(test_groups[0]);
