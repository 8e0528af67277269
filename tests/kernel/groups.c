/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every group of tests, in the order in which they run: what later ones rely on comes first.
 */
#include "groups.h"

extern const struct test_group cnode_tests, untyped_tests, notification_tests, ipc_tests,
    virt_exit_tests, virt_interrupt_tests, virt_safety_tests;

const struct test_group *const test_groups[] = {
    &cnode_tests,     &untyped_tests,        &notification_tests, &ipc_tests,
    &virt_exit_tests, &virt_interrupt_tests, &virt_safety_tests,
};
const unsigned test_group_count = sizeof(test_groups) / sizeof(test_groups[0]);
