/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames of 4 KiB, 2 MiB and 1 GiB. Each capability to a frame stands for at most one mapping, and
 * takes it along when it goes.
 */
#include "api/invocation.h"
#include "cpu/memory.h"
#include "object/mapping.h"

static void frame_unmap(struct slot *slot)
{
    mapping_unmap_frame(slot->cap);
    cap_frame_set_map(&slot->cap, SPACE_NONE, 0);
}

static int frame_invoke(struct invocation *inv)
{
    switch (inv->label) {
    case X86PageMap:
        return mapping_map_frame(inv, SPACE_USER);
    case X86PageMapEPT:
        return mapping_map_frame(inv, SPACE_GUEST);
    case X86PageMapIO:
        return mapping_map_frame(inv, SPACE_IO);
    case X86PageUnmap:
        frame_unmap(inv->slot);
        return 0;
    case X86PageGetAddress:
        invocation_reply(inv, 0, virt_to_phys(cap_object(inv->cap)));
        return 0;
    default:
        return seL4_IllegalOperation;
    }
}

/* A copy of a frame's capability is free to be mapped elsewhere. */
static int frame_derive(const struct slot *slot, struct cap *cap)
{
    (void)slot;
    cap_frame_set_map(cap, SPACE_NONE, 0);
    return 0;
}

static void frame_finalise(struct slot *slot, bool is_final)
{
    (void)is_final;
    frame_unmap(slot);
}

const struct cap_ops frame_ops = {
    .name = "Frame",
    .size_bits_of = cap_frame_size_bits,
    .derive = frame_derive,
    .finalise = frame_finalise,
    .invoke = frame_invoke,
};
