/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address-space identifiers (state/vspace.h): finding, taking back and handing out numbers.
 */
#pragma once

#include "state/vspace.h"

/* The PML4 that `asid` is assigned to; NULL if none. */
void *asid_find(unsigned asid);
/*
 * The table that the top-level capability `cap` (PML4 or second level) names, if its ASID is valid.
 */
void *asid_find_cap(struct cap cap);
/* The top-level table of this capability is about to go: its number becomes free. */
void asid_release(struct cap cap);

/* Boot: installs the first pool, with the root task's address space in it. */
void asid_boot_pool(struct asid_pool *pool, const void *root_space);
