/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second-level address spaces. On AMD their tables have the form of ordinary long-mode ones.
 *
 * Only the first two entries of a root are ever used, since guest-physical addresses have 40 bits.
 * The rest of its page holds the kernel's own notes, in words whose present bit is clear: a number
 * and the link to the other roots. Capabilities of mapped frames and tables remember the root by
 * that number, so they may outlive it.
 *
 * A table is cleared when it is taken out of its place. That keeps this invariant: a present entry
 * of a table that can be reached belongs to a capability that says so.
 *
 * Rests on: AMD64 APM volume 2, sections 5.3 and 15.25.
 */
#include "virt/second_level.h"
#include "api/invocation.h"
#include "cpu/features.h"
#include "cpu/memory.h"
#include "object/asid.h"
#include "object/object.h"
#include "object/vspace.h"

#include <base/list.h>
#include <base/string.h>
#include <sel4/constants.h>

struct second_level_root {
    uint64_t entry[2];
    uint64_t serial; /* shifted left by one: never present */
    struct list_link link;
};

uint64_t second_level_epoch = 1;
static struct list roots;
static uint64_t next_serial = 1;

static uint64_t root_number(const struct second_level_root *root)
{
    return root->serial >> 1;
}

static uint64_t place(const struct second_level_root *root, uint64_t address)
{
    return cap_guest_mapping(address, root_number(root));
}

/* Where the frame or table is mapped; NULL if that root is gone. */
static struct second_level_root *place_root(struct cap cap)
{
    LIST_FOR_EACH(root, &roots, struct second_level_root, link)
        if (root_number(root) == cap_guest_root(cap))
            return root;
    return NULL;
}

static uint64_t *walk(struct second_level_root *root, uint64_t address, unsigned level,
                      unsigned *stopped)
{
    return vspace_walk(root->entry, address, level, stopped);
}

/* The root named by the first attached capability; NULL if it is something else. */
static struct second_level_root *root_argument(const struct invocation *inv)
{
    struct cap cap = inv->extra[0]->cap;
    return cap.type == CAP_EPT_PML4 ? cap_object(cap) : NULL;
}

/* --- Frames --- */

/* The page attribute table's index (vspace_init_core()) for a memory type of the API. */
static int cache_entry(uint64_t attributes, bool small, uint64_t *entry)
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

/* Address and capability of a frame to be mapped; `again`: it is mapped in this very place. */
static int check_frame(const struct invocation *inv, struct second_level_root *root, bool *again)
{
    struct cap frame = inv->cap;
    uint64_t address = invocation_arg(inv, 0);
    *again = cap_frame_map(frame) != FRAME_UNMAPPED;
    if (*again && (cap_frame_map(frame) != FRAME_SECOND_LEVEL || place_root(frame) != root))
        return error_capability(0);
    if (*again && cap_guest_addr(frame) != address)
        return error_argument(0);
    if (address >> GUEST_ADDRESS_BITS != 0)
        return error_argument(0);
    if (address & MASK(cap_frame_size_bits(frame)))
        return error_alignment();
    if (cap_frame_size(frame) == FRAME_1G && !cpu_features.gib_pages)
        return seL4_IllegalOperation;
    return 0;
}

/* guest-physical address, rights, attributes; root */
int second_level_map_frame(struct invocation *inv)
{
    if (!invocation_has(inv, 3, 1))
        return seL4_TruncatedMessage;
    struct second_level_root *root = root_argument(inv);
    bool again = false;
    uint64_t cache = 0;
    struct cap frame = inv->cap;
    bool small = cap_frame_size(frame) == FRAME_4K;
    if (!root)
        return error_capability(1);
    int error =
        check_frame(inv, root, &again) ?: cache_entry(invocation_arg(inv, 2), small, &cache);
    if (error)
        return error;

    uint64_t address = invocation_arg(inv, 0);
    unsigned stopped;
    uint64_t *entry = walk(root, address, frame_level(frame), &stopped);
    if (!entry)
        return error_lookup(false, LEVEL_SHIFT(stopped));
    bool replaces = *entry & PTE_PRESENT;
    if (replaces && !(again && entry_is_frame(*entry, frame)))
        return seL4_DeleteFirst;

    /* The processor makes second-level accesses as a user. Without the read right: nothing. */
    unsigned rights = (unsigned)invocation_arg(inv, 1) & cap_frame_rights(frame);
    *entry = virt_to_phys(cap_object(frame)) | cache | PTE_PRESENT | (small ? 0 : PTE_LARGE) |
             (rights & FRAME_RIGHT_READ ? PTE_USER : 0) |
             (rights & FRAME_RIGHT_WRITE ? PTE_WRITE : 0);
    if (replaces)
        second_level_epoch++;
    cap_frame_set_map(&inv->slot->cap, FRAME_SECOND_LEVEL, place(root, address));
    return 0;
}

void second_level_unmap_frame(struct cap frame)
{
    struct second_level_root *root = place_root(frame);
    if (!root)
        return;
    uint64_t *entry = walk(root, cap_guest_addr(frame), frame_level(frame), NULL);
    if (!entry || !entry_is_frame(*entry, frame))
        return;
    *entry = 0;
    second_level_epoch++;
}

/* --- Tables --- */

/* guest-physical address, attributes; root */
static int table_map(struct invocation *inv, unsigned level)
{
    if (!invocation_has(inv, 2, 1))
        return seL4_TruncatedMessage;
    struct second_level_root *root = root_argument(inv);
    if (!root)
        return error_capability(1);
    if (cap_table_mapped(inv->cap))
        return error_capability(0);
    uint64_t address = ROUND_DOWN(invocation_arg(inv, 0), BIT(LEVEL_SHIFT(level + 1)));
    if (address >> GUEST_ADDRESS_BITS != 0)
        return error_argument(0);

    unsigned stopped;
    uint64_t *entry = walk(root, address, level + 1, &stopped);
    if (!entry)
        return error_lookup(false, LEVEL_SHIFT(stopped));
    if (*entry & PTE_PRESENT)
        return seL4_DeleteFirst;
    *entry = table_entry(inv->cap);
    cap_table_set_map(&inv->slot->cap, place(root, address));
    return 0;
}

static void table_unmap(struct slot *slot)
{
    struct cap table = slot->cap;
    if (!cap_table_mapped(table))
        return;
    struct second_level_root *root = place_root(table);
    unsigned level = table_kinds[table.type].level;
    uint64_t *entry = root ? walk(root, cap_guest_addr(table), level + 1, NULL) : NULL;
    if (entry && entry_is_table(*entry, table))
        *entry = 0;
    memset(cap_object(table), 0, PAGE_SIZE_4K);
    cap_table_unmap(&slot->cap);
    second_level_epoch++;
}

static int table_invoke(struct invocation *inv)
{
    const struct table_kind *kind = &table_kinds[inv->cap.type];
    if (inv->label == kind->map)
        return table_map(inv, kind->level);
    if (inv->label != kind->unmap)
        return seL4_IllegalOperation;
    /* Another capability would keep a stale place, from where the table could come back. */
    if (!slot_is_final(inv->slot))
        return seL4_RevokeFirst;
    table_unmap(inv->slot);
    return 0;
}

static void table_finalise(struct slot *slot, bool final)
{
    if (final)
        table_unmap(slot);
}

#define TABLE_OPS(object_name)                                                                     \
    {                                                                                              \
        .name = (object_name), .size_bits = seL4_X86_EPTPTBits, .derive = table_derive,            \
        .finalise = table_finalise, .invoke = table_invoke                                         \
    }

const struct cap_ops ept_pdpt_ops = TABLE_OPS("EPTPDPT");
const struct cap_ops ept_pd_ops = TABLE_OPS("EPTPD");
const struct cap_ops ept_pt_ops = TABLE_OPS("EPTPT");

/* --- Roots --- */

void ept_pml4_init(void *memory)
{
    struct second_level_root *root = memory;
    root->serial = next_serial++ << 1;
    list_prepend(&roots, &root->link);
}

static void ept_pml4_finalise(struct slot *slot, bool final)
{
    if (!final)
        return;
    struct second_level_root *root = cap_object(slot->cap);
    list_remove(&roots, &root->link);
    asid_release(slot->cap); /* if it was given one, as programs for other kernels do */
    second_level_epoch++;
}

const struct cap_ops ept_pml4_ops = {
    .name = "EPTPML4",
    .size_bits = seL4_X86_EPTPML4Bits,
    .finalise = ept_pml4_finalise,
    .invoke = invoke_none,
};
