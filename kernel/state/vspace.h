/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which address spaces there are, by their identifiers (ASIDs). Capabilities of mapped frames and
 * tables name their address space by this number instead of a pointer, so an address space can go
 * without visiting them. The number leads through the table of pools to the top-level table that it
 * was assigned to, if that still exists. Second-level address spaces may be given one, too, but do
 * not use it: see virt/second_level.c.
 *
 * On processors with PCIDs the number is the PCID, too: it has twelve bits.
 */
#pragma once

#include "cpu/pte.h"
#include "state/cap.h"

#include <sel4/constants.h>

#define ASID_POOL_BITS  seL4_ASIDPoolIndexBits /* entries in a pool, which fills a page */
#define ASID_POOL_SIZE  (1u << ASID_POOL_BITS)
#define ASID_POOL_COUNT (1u << seL4_NumASIDPoolsBits)
#define ASID_INVALID    0 /* never assigned: it is also the kernel's own PCID */
#define ASID_ROOT_TASK  1

/*
 * An entry: the address of the top-level table, zero if free; bit 0 marks a second-level one, whose
 * tables must never be walked as ordinary ones.
 */
#define ASID_SECOND_LEVEL BIT(0)
struct asid_pool {
    uint64_t space[ASID_POOL_SIZE];
};

extern struct asid_pool *asid_pools[ASID_POOL_COUNT];

/* The same question as asid_find_cap() answers, for a mapped PML4 capability and in a hurry. */
static inline bool asid_is_valid(struct cap pml4)
{
    unsigned asid = cap_mapped_asid(pml4);
    const struct asid_pool *pool = asid_pools[asid / ASID_POOL_SIZE % ASID_POOL_COUNT];
    return pool && pool->space[asid % ASID_POOL_SIZE] == cap_addr(pml4);
}

/* The kernel's own top-level table; address spaces copy its upper half when they are made. */
extern uint64_t kernel_pml4[TABLE_ENTRIES];
