/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables as the processor reads them.
 *
 * Rests on: AMD64 APM volume 2, section 5.3.
 */
#pragma once

#include <stdint.h>

/* Page-table entries. */
#define PTE_PRESENT   (1ul << 0)
#define PTE_WRITE     (1ul << 1)
#define PTE_USER      (1ul << 2)
#define PTE_PWT       (1ul << 3)
#define PTE_PCD       (1ul << 4)
#define PTE_LARGE     (1ul << 7) /* in a PDPT or page directory */
#define PTE_PAT_SMALL (1ul << 7) /* in a page table */
#define PTE_GLOBAL    (1ul << 8)
#define PTE_PAT_LARGE (1ul << 12) /* in a large page's entry */
#define PTE_NX        (1ul << 63)
#define PTE_ADDRESS   0x000ffffffffff000ul

#define TABLE_ENTRIES 512

/* Levels are counted from the page table (1) to the PML4 (4). */
#define LEVEL_SHIFT(level) (12 + 9 * ((level)-1))

static inline unsigned table_index(uint64_t vaddr, unsigned level)
{
    return vaddr >> LEVEL_SHIFT(level) & (TABLE_ENTRIES - 1);
}
