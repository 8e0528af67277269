/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames of 4 KiB, 2 MiB and 1 GiB. Each capability to a frame stands for at most one mapping, in
 * an ordinary or a second-level address space, and takes it along when it goes.
 *
 * Rests on: AMD64 APM volume 2, sections 5.3 and 7.8 (PAT).
 */
#include "object/asid.h"
#include "object/vspace.h"
#include "api/invocation.h"
#include "cpu/memory.h"
#include "cpu/features.h"
#include "object/object.h"
#include "virt/second_level.h"

#include <sel4/constants.h>
#include <sel4/types.h>

/* The entry for a frame; without the read right the kernel's half alone may touch the page. */
static uint64_t frame_entry(struct cap frame, unsigned rights, uint64_t attributes)
{
    enum frame_size size = cap_frame_size(frame);
    uint64_t entry = virt_to_phys(cap_object(frame)) | PTE_PRESENT;
    entry |= size == FRAME_4K ? 0 : PTE_LARGE;
    if (rights & FRAME_RIGHT_READ)
        entry |= PTE_USER | (rights & FRAME_RIGHT_WRITE ? PTE_WRITE : 0);
    else
        entry |= PTE_NX;
    entry |= attributes & 1 ? PTE_PWT : 0;
    entry |= attributes & 2 ? PTE_PCD : 0;
    if (attributes & 4)
        entry |= size == FRAME_4K ? PTE_PAT_SMALL : PTE_PAT_LARGE;
    return entry;
}

/* vaddr, rights, attributes; pml4 */
static int frame_map(struct invocation *inv)
{
    if (!invocation_has(inv, 3, 1))
        return seL4_TruncatedMessage;
    struct cap frame = inv->cap;
    uint64_t vaddr = invocation_arg(inv, 0), attributes = invocation_arg(inv, 2);
    unsigned rights = (unsigned)invocation_arg(inv, 1) & cap_frame_rights(frame);
    uint64_t size = BIT(cap_frame_size_bits(frame));

    unsigned asid, stopped;
    int error;
    uint64_t *pml4 = vspace_of_root(inv->extra[0], 1, &asid, &error);
    if (!pml4)
        return error;
    /* A mapped frame may be mapped again in its place, to change rights or attributes. */
    bool again = cap_frame_map(frame) != FRAME_UNMAPPED;
    if (again && (cap_frame_map(frame) != FRAME_VSPACE || cap_mapped_asid(frame) != asid))
        return error_capability(1);
    if (again && cap_mapped_addr(frame) != vaddr)
        return error_argument(0);
    if (vaddr >= seL4_UserTop || size > seL4_UserTop - vaddr)
        return error_argument(0);
    if (vaddr & (size - 1))
        return error_alignment();
    if (cap_frame_size(frame) == FRAME_1G && !cpu_features.gib_pages)
        return seL4_IllegalOperation;

    uint64_t *entry = vspace_walk(pml4, vaddr, frame_level(frame), &stopped);
    if (!entry)
        return error_lookup(false, LEVEL_SHIFT(stopped));
    bool replaces = *entry & PTE_PRESENT;
    if (replaces && !(again && entry_is_frame(*entry, frame)))
        return seL4_DeleteFirst;

    *entry = frame_entry(frame, rights, attributes);
    if (replaces)
        vspace_flush_page(pml4, asid, vaddr);
    cap_frame_set_map(&inv->slot->cap, FRAME_VSPACE, cap_mapping(vaddr, asid));
    return 0;
}

static void frame_unmap_vspace(struct cap frame)
{
    uint64_t *pml4 = asid_find(cap_mapped_asid(frame));
    if (!pml4)
        return;
    uint64_t vaddr = cap_mapped_addr(frame);
    uint64_t *entry = vspace_walk(pml4, vaddr, frame_level(frame), NULL);
    if (!entry || !entry_is_frame(*entry, frame))
        return;
    *entry = 0;
    vspace_flush_page(pml4, cap_mapped_asid(frame), vaddr);
}

static void frame_unmap(struct slot *slot)
{
    if (cap_frame_map(slot->cap) == FRAME_VSPACE)
        frame_unmap_vspace(slot->cap);
    else if (cap_frame_map(slot->cap) == FRAME_SECOND_LEVEL)
        second_level_unmap_frame(slot->cap);
    cap_frame_set_map(&slot->cap, FRAME_UNMAPPED, 0);
}

static int frame_invoke(struct invocation *inv)
{
    switch (inv->label) {
    case X86PageMap:
        return frame_map(inv);
    case X86PageMapEPT:
        return second_level_map_frame(inv);
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
    cap_frame_set_map(cap, FRAME_UNMAPPED, 0);
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
