/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two kinds of units do differently. Each function is for all units of the machine.
 */
#pragma once

#include "iommu/iommu.h"

struct iommu_driver {
    /* Finds what the units can do, fills `iommu`, and prepares them. As iommu_start(). */
    bool (*prepare)(const struct iommu_tables *tables, iommu_allocate allocate);
    void (*start)(void);
    void (*route_faults)(uint8_t vector, uint32_t lapic_id);
    /* Domain and root as the device's entry shall have them; the old domain's are flushed. */
    void (*attach)(uint16_t device, unsigned domain, uint64_t root, bool quiet);
    void (*written)(const void *at, unsigned size);
    void (*flush)(unsigned domain, uint64_t address, unsigned size_bits);
    void (*flush_domain)(unsigned domain);
    bool (*take_fault)(struct iommu_fault *fault);
    void (*hold_faults)(bool hold);
    /* Only where iommu.remaps. `allowed`: or no more. */
    void (*set_interrupt)(unsigned number, const struct iommu_interrupt *interrupt, bool allowed);
    /* Messages name the number, not the vector. */
    bool numbered_messages;
};

extern const struct iommu_driver vtd_driver, amdvi_driver;

/* While waiting for a unit, again and again, with a count from 0 up: it ends in a panic. */
void iommu_wait(unsigned count);
