/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: four levels of tables that user programs provide, map and take away again; the
 * kernel's half is shared by all.
 *
 * Rests on: AMD64 APM volume 2, chapter 5.
 */
#pragma once

#include "object/cnode.h"

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

/* The kernel's own top-level table; address spaces copy its upper half when they are made. */
extern uint64_t kernel_pml4[TABLE_ENTRIES];

/* Boot, on each core: page attribute table and protection bits. */
void vspace_init_core(void);

/*
 * The entry for `vaddr` in the table of `level`, walking down from `pml4`. NULL where a table is
 * missing or a large page is in the way; `stopped` (may be NULL) is then the level whose entry
 * ended the walk.
 */
uint64_t *vspace_walk(uint64_t *pml4, uint64_t vaddr, unsigned level, unsigned *stopped);

/*
 * The PML4 of the address space that `root` names, and its ASID. NULL, with a seL4_Error in *error,
 * where it is none or has no valid ASID. `argument` is that capability's number in the message.
 */
uint64_t *vspace_of_root(const struct slot *root, unsigned argument, unsigned *asid, int *error);

/* A translation of the address space changed: of one page, or of a whole table. */
void vspace_flush_page(const uint64_t *pml4, unsigned asid, uint64_t vaddr);
void vspace_flush_all(const uint64_t *pml4, unsigned asid);
/* The address space lost its ASID or is about to be destroyed. */
void vspace_retired(const void *space, unsigned asid);
