/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second-level address spaces, of which guests' physical memory is made: what the frame object
 * (object/page.c) and the VCPU need of them.
 */
#pragma once

#include "cpu/memory.h"
#include "state/cap.h"

struct invocation;

/* seL4_X86_Page_MapEPT on the frame inv->slot. Called by the frame object. */
int second_level_map_frame(struct invocation *inv);
/* Take away the mapping of a frame capability whose cap_frame_map() is FRAME_SECOND_LEVEL. */
void second_level_unmap_frame(struct cap frame);

/* Physical address of the tables that an EPTPML4 capability stands for. */
static inline uint64_t second_level_root_paddr(struct cap root)
{
    return virt_to_phys(cap_object(root));
}

/* Grows whenever a mapping was taken away or narrowed: TLB entries of older epochs are stale. */
extern uint64_t second_level_epoch;
