/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/vspace.h"
#include <base/bits.h>

struct asid_pool *asid_pools[ASID_POOL_COUNT];
uint64_t kernel_pml4[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE_4K)));
