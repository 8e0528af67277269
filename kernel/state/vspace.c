/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/vspace.h"
#include <base/bits.h>

struct asid_pool *asid_pools[ASID_POOL_COUNT];
uint32_t asid_generations[1u << ASID_BITS];
uint64_t asid_epochs[1u << ASID_BITS];

void asid_new_epoch(unsigned asid)
{
    static uint64_t last;
    asid_epochs[asid] = ++last;
}

uint64_t kernel_pml4[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE_4K)));
