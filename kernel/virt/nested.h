/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second-level address spaces: what guests' physical memory is made of. What the frame object
 * (object/page.c) and the VCPU need of nested.c.
 */
#pragma once

#include "state/cap.h"

struct invocation;

/* Guest-physical addresses are below this. */
#define NESTED_ADDRESS_BITS 40

/* seL4_X86_Page_MapEPT on the frame inv->slot. Called by the frame object. */
int nested_map_frame(struct invocation *inv);
/* Take away the mapping of a frame capability whose cap_frame_map() is FRAME_SECOND_LEVEL. */
void nested_unmap_frame(struct cap frame);

/* Physical address of the tables that an EPTPML4 capability stands for. */
static inline uint64_t nested_root_paddr(struct cap root)
{
    return cap_addr(root) - 0xffff800000000000ull;
}

/* Grows whenever a mapping was taken away or narrowed: TLB entries of older epochs are stale. */
extern uint64_t nested_epoch;
