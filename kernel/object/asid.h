/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address-space identifiers (state/vspace.h): taking numbers back.
 */
#pragma once

#include "state/slot.h"
#include "state/vspace.h"

/* For the capabilities of roots: with the last one the number becomes free. */
void asid_root_finalise(struct slot *slot, bool final);

/* Boot: installs the first pool, with the root task's address space in it. */
void asid_boot_pool(struct asid_pool *pool, const void *root_space);
