/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second-level address spaces, of which guests' physical memory is made. On AMD their tables have
 * the form of ordinary long-mode ones, and the processor's accesses are a user's.
 *
 * What the TLB knows is tagged by VCPU: a new epoch makes every VCPU that runs on this root take a
 * new tag (vcpu.c), and concerns no other.
 *
 * Rests on: AMD64 APM volume 2, sections 5.3 and 15.25.
 */
#include "api/invocation.h"
#include "object/asid.h"
#include "object/mapping.h"

#include <sel4/constants.h>

#define GUEST_ADDRESS_BITS 40

/* The page attribute table's index (vspace_init_core()) for a memory type of the API. */
static int cache_entry(bool small, uint64_t attributes, uint64_t *entry)
{
    switch (attributes) {
    case seL4_X86_EPT_WriteBack:
        *entry = 0;
        return 0;
    case seL4_X86_EPT_WriteThrough:
        *entry = PTE_PWT;
        return 0;
    case seL4_X86_EPT_WriteCombining:
        *entry = small ? PTE_PAT_SMALL : PTE_PAT_LARGE;
        return 0;
    case seL4_X86_EPT_Uncacheable:
    case seL4_X86_EPT_WriteProtected: /* the table has no such entry: the stricter one serves */
        *entry = PTE_PWT | PTE_PCD;
        return 0;
    default:
        return error_argument(2);
    }
}

static int frame_entry(enum frame_size size, unsigned rights, uint64_t attributes, uint64_t *entry)
{
    int error = cache_entry(size == FRAME_4K, attributes, entry);
    *entry |= PTE_PRESENT | (rights & FRAME_RIGHT_READ ? PTE_USER : 0) |
              (rights & FRAME_RIGHT_WRITE ? PTE_WRITE : 0);
    return error;
}

static void flush(const struct place *place)
{
    asid_new_epoch(asid_of(place->name));
}

const struct space_ops guest_space = {
    .root = CAP_EPT_PML4,
    .levels = 4,
    .limit = BIT(GUEST_ADDRESS_BITS),
    .present = PTE_PRESENT,
    .table = PTE_PRESENT | PTE_WRITE | PTE_USER,
    .frame_entry = frame_entry,
    .flush_page = flush,
    .flush_all = flush,
};

const struct cap_ops ept_pml4_ops = {
    .name = "EPTPML4",
    .size_bits = seL4_X86_EPTPML4Bits,
    .derive = mapping_derive,
    .finalise = asid_root_finalise,
    .invoke = invoke_none,
};
