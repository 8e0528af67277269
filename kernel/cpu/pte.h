/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables as the processor reads them.
 *
 * Rests on: AMD64 APM volume 2, section 5.3.
 */
#pragma once

#include <base/bits.h>

#include <stdint.h>

/* Page-table entries. */
#define PTE_PRESENT   BIT(0)
#define PTE_WRITE     BIT(1)
#define PTE_USER      BIT(2)
#define PTE_PWT       BIT(3)
#define PTE_PCD       BIT(4)
#define PTE_LARGE     BIT(7) /* in a PDPT or page directory */
#define PTE_PAT_SMALL BIT(7) /* in a page table */
#define PTE_GLOBAL    BIT(8)
#define PTE_PAT_LARGE BIT(12) /* in a large page's entry */
#define PTE_NX        BIT(63)
#define PTE_ADDRESS   0x000ffffffffff000ul

#define TABLE_BITS    9
#define TABLE_ENTRIES BIT(TABLE_BITS)

/* Levels are counted from the page table (1) to the PML4 (4). */
#define LEVEL_SHIFT(level) (PAGE_BITS_4K + TABLE_BITS * ((level)-1))

static inline unsigned table_index(uint64_t vaddr, unsigned level)
{
    return vaddr >> LEVEL_SHIFT(level) & (TABLE_ENTRIES - 1);
}
