/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which address spaces there are, of programs and of guests, by their identifiers (ASIDs).
 * Capabilities of mapped frames and tables name their address space by this number instead of a
 * pointer, so an address space can go without visiting them. The number leads through the table of
 * pools to the root that it was assigned to, if that still exists.
 *
 * A number is used again, so names have a generation beside it: it grows with every assignment. A
 * number whose generations are used up is never assigned again.
 *
 * Devices' address spaces have the numbers of the last pool, where there is an IOMMU: that one is
 * the kernel's own (object/iospace.c).
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

_Static_assert(ASID_POOL_BITS + seL4_NumASIDPoolsBits == ASID_BITS, "every number has its pool");

/* An entry: the address of the root, zero if free. */
struct asid_pool {
    uint64_t root[ASID_POOL_SIZE];
};

extern struct asid_pool *asid_pools[ASID_POOL_COUNT];
/* How often each number was assigned. */
extern uint32_t asid_generations[1u << ASID_BITS];
/*
 * Changes when translations of the address space are taken away, when the number is assigned and
 * when it is lost; never the same for two numbers or twice for one.
 */
extern uint64_t asid_epochs[1u << ASID_BITS];
void asid_new_epoch(unsigned asid);

static inline uint64_t asid_name(unsigned asid, uint32_t generation)
{
    return (uint64_t)asid << ASID_GENERATION_BITS | generation;
}

static inline unsigned asid_of(uint64_t name)
{
    return name >> ASID_GENERATION_BITS;
}

/* The root that was given this name; NULL if it is gone. */
static inline void *asid_find(uint64_t name)
{
    unsigned asid = asid_of(name);
    const struct asid_pool *pool = asid_pools[asid / ASID_POOL_SIZE];
    if (!pool || asid_generations[asid] != (name & MASK(ASID_GENERATION_BITS)))
        return NULL;
    return (void *)pool->root[asid % ASID_POOL_SIZE];
}

/* The root of this capability, which has an ASID, has it still; in a hurry. */
static inline bool asid_is_valid(struct cap root)
{
    unsigned asid = cap_mapped_asid(root);
    const struct asid_pool *pool = asid_pools[asid / ASID_POOL_SIZE];
    return pool && pool->root[asid % ASID_POOL_SIZE] == cap_addr(root);
}

/* The kernel's own top-level table; address spaces copy its upper half when they are made. */
extern uint64_t kernel_pml4[TABLE_ENTRIES];
