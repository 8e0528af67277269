/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every group of tests, in the order in which they run: what later ones rely on comes first.
 */
#include "groups.h"

/* One line each. */
/* clang-format off */
#define GROUPS(group) \
    group(boot_tests) \
    group(context_tests) \
    group(cnode_tests) \
    group(untyped_tests) \
    group(notification_tests) \
    group(ipc_tests) \
    group(tcb_tests) \
    group(sched_tests) \
    group(share_tests) \
    group(fault_tests) \
    group(vspace_tests) \
    group(asid_tests) \
    group(ioport_tests) \
    group(irq_tests) \
    group(msi_tests) \
    group(forged_tests) \
    group(stress_tests) \
    group(virt_debug_tests) \
    group(virt_feature_tests) \
    group(virt_xsave_tests) \
    group(virt_exit_tests) \
    group(virt_interrupt_tests) \
    group(virt_nmi_tests) \
    group(virt_safety_tests) \
    group(virt_port_tests) \
    group(mapping_tests)
/* clang-format on */

#define DECLARE(group) extern const struct test_group group;
#define ADDRESS(group) &group,
GROUPS(DECLARE)

const struct test_group *const test_groups[] = {GROUPS(ADDRESS)};
const unsigned test_group_count = ARRAY_SIZE(test_groups);
