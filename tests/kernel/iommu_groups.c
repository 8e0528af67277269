/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tests of a machine with an IOMMU.
 */
#include "groups.h"

extern const struct test_group boot_tests, forged_tests, iommu_tests, iospace_tests, irq_tests,
    msi_tests;

const struct test_group *const test_groups[] = {&boot_tests, &iospace_tests, &iommu_tests,
                                                &irq_tests,  &msi_tests,     &forged_tests};
const unsigned test_group_count = ARRAY_SIZE(test_groups);
