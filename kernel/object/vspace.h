/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: four levels of tables that user programs provide, map and take away again; the
 * kernel's half is shared by all.
 *
 * Rests on: AMD64 APM volume 2, chapter 5.
 */
#pragma once

#include "cpu/pte.h"
#include "state/slot.h"

#include <stdint.h>

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

/* Tables may be copied only once they have their place, since the copies must agree on it. */
int table_derive(const struct slot *slot, struct cap *cap);

/* The translation of one page changed. */
void vspace_flush_page(const uint64_t *pml4, unsigned asid, uint64_t vaddr);
/* The address space lost its ASID or is about to be destroyed. */
void vspace_retired(const void *space, unsigned asid);
