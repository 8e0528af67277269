/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: four levels of tables that user programs provide, map and take away again; the
 * kernel's half is shared by all.
 *
 * Rests on: AMD64 APM volume 2, chapter 5.
 */
#pragma once

#include "cpu/memory.h"
#include "cpu/pte.h"
#include "state/slot.h"

#include <stdint.h>

/* Boot, on each core: page attribute table and protection bits. */
void vspace_init_core(void);
/* The kernel's half of an address space: once it has a number, and so may be loaded. */
void pml4_init(uint64_t *pml4);

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

/* --- What entries of both kinds of address space say: on AMD they have the same form. --- */

static inline unsigned frame_level(struct cap frame)
{
    return 1 + cap_frame_size(frame);
}

/* An entry of the frame's level that maps this frame. */
static inline bool entry_is_frame(uint64_t entry, struct cap frame)
{
    uint64_t mask = PTE_ADDRESS & ~MASK(cap_frame_size_bits(frame));
    return entry & PTE_PRESENT && (cap_frame_size(frame) == FRAME_4K || entry & PTE_LARGE) &&
           (entry & mask) == virt_to_phys(cap_object(frame));
}

static inline uint64_t table_entry(struct cap table)
{
    return virt_to_phys(cap_object(table)) | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

/* An entry of the level above that leads to this table. */
static inline bool entry_is_table(uint64_t entry, struct cap table)
{
    return entry & PTE_PRESENT && !(entry & PTE_LARGE) &&
           (entry & PTE_ADDRESS) == virt_to_phys(cap_object(table));
}

/* Tables below the root: their level, and the labels of their invocations. */
struct table_kind {
    uint8_t level;
    uint16_t map, unmap;
};

/* By enum cap_type. */
extern const struct table_kind table_kinds[CAP_TYPE_COUNT];

/* Tables may be copied only once they have their place, since the copies must agree on it. */
int table_derive(const struct slot *slot, struct cap *cap);

/* The translation of one page changed. */
void vspace_flush_page(const uint64_t *pml4, unsigned asid, uint64_t vaddr);
/* The address space lost its ASID or is about to be destroyed. */
void vspace_retired(const void *space, unsigned asid);
