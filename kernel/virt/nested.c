/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second-level address spaces, whose tables have the form of ordinary long-mode ones on AMD.
 *
 * Only the first two entries of a root are ever used, since guest-physical addresses have 40 bits.
 * The rest of its page holds the kernel's own notes, in words whose present bit is clear: a number
 * that is never used again, and the list of all roots. Capabilities of mapped frames and tables
 * remember the root by that number, so they may outlive it.
 *
 * A table is cleared when it is taken out of its place. That keeps this invariant: a present entry
 * of a table that can be reached belongs to a capability that says so.
 *
 * Rests on: AMD64 APM volume 2, sections 5.3 and 15.25.
 */
#include "virt/nested.h"
#include "api/invocation.h"
#include "cpu/features.h"
#include "cpu/memory.h"
#include "object/asid.h"
#include "object/object.h"
#include "object/untyped.h"
#include "object/vspace.h"

#include <sel4/types.h>

#define GUEST_PAGE_BITS (NESTED_ADDRESS_BITS - 12)
#define SERIAL_BITS     (64 - GUEST_PAGE_BITS)
#define TABLE_SIZE      4096
#define PTE_TABLE       (PTE_PRESENT | PTE_WRITE | PTE_USER)

struct nested_root {
    uint64_t entry[2];
    uint64_t serial; /* shifted left by one: never present */
    struct nested_root *next, *previous;
};

uint64_t nested_epoch = 1;
static struct nested_root *roots;
static uint64_t next_serial = 1;

/* --- where something is mapped: guest page (28 bits), root's number (36 bits) --- */

static uint64_t place(const struct nested_root *root, uint64_t address)
{
    return address >> 12 | root->serial >> 1 << GUEST_PAGE_BITS;
}

static uint64_t place_address(struct cap cap)
{
    return (cap.data & ((1ul << GUEST_PAGE_BITS) - 1)) << 12;
}

static struct nested_root *place_root(struct cap cap)
{
    struct nested_root *root = roots;
    while (root && root->serial >> 1 != cap.data >> GUEST_PAGE_BITS)
        root = root->next;
    return root;
}

static uint64_t *walk(struct nested_root *root, uint64_t address, unsigned level, unsigned *stopped)
{
    return vspace_walk(root->entry, address, level, stopped);
}

/* The root named by the first attached capability; NULL if it is something else. */
static struct nested_root *root_argument(const struct invocation *inv)
{
    struct cap cap = inv->extra[0]->cap;
    return cap.type == CAP_EPT_PML4 ? cap_object(cap) : NULL;
}

/* --- frames --- */

/* The page attribute table's index (vspace_init_core()) for a memory type of the API. */
static int cache_entry(uint64_t attributes, bool small, uint64_t *entry)
{
    switch (attributes) {
    case seL4_X86_EPT_WriteBack:
        *entry = 0;
        return seL4_NoError;
    case seL4_X86_EPT_WriteThrough:
        *entry = PTE_PWT;
        return seL4_NoError;
    case seL4_X86_EPT_WriteCombining:
        *entry = small ? PTE_PAT_SMALL : PTE_PAT_LARGE;
        return seL4_NoError;
    case seL4_X86_EPT_Uncacheable:
    case seL4_X86_EPT_WriteProtected: /* the table has no such entry: the stricter one serves */
        *entry = PTE_PWT | PTE_PCD;
        return seL4_NoError;
    default:
        return error_argument(2);
    }
}

static bool entry_is_frame(uint64_t entry, struct cap frame)
{
    bool large = cap_frame_size(frame) != FRAME_4K;
    uint64_t mask = PTE_ADDRESS & ~((1ul << cap_frame_size_bits(frame)) - 1);
    return entry & PTE_PRESENT && (!large || entry & PTE_LARGE) &&
           (entry & mask) == virt_to_phys(cap_object(frame));
}

/* Address and capability of a frame to be mapped; `again`: it is mapped in this very place. */
static int check_frame(const struct invocation *inv, struct nested_root *root, bool *again)
{
    struct cap frame = inv->cap;
    uint64_t address = invocation_arg(inv, 0);
    *again = cap_frame_map(frame) != FRAME_UNMAPPED;
    if (*again && (cap_frame_map(frame) != FRAME_SECOND_LEVEL || place_root(frame) != root))
        return error_capability(0);
    if (*again && place_address(frame) != address)
        return error_argument(0);
    if (address >> NESTED_ADDRESS_BITS != 0)
        return error_argument(0);
    if (address & ((1ul << cap_frame_size_bits(frame)) - 1))
        return error_alignment();
    if (cap_frame_size(frame) == FRAME_1G && !cpu_features.gib_pages)
        return seL4_IllegalOperation;
    return seL4_NoError;
}

/* guest-physical address, rights, attributes; root */
int nested_map_frame(struct invocation *inv)
{
    if (!invocation_has(inv, 3, 1))
        return seL4_TruncatedMessage;
    struct nested_root *root = root_argument(inv);
    bool again = false;
    uint64_t cache = 0;
    struct cap frame = inv->cap;
    bool small = cap_frame_size(frame) == FRAME_4K;
    if (!root)
        return error_capability(1);
    int error = check_frame(inv, root, &again);
    if (error == 0)
        error = cache_entry(invocation_arg(inv, 2), small, &cache);
    if (error != 0)
        return error;

    uint64_t address = invocation_arg(inv, 0);
    unsigned stopped;
    uint64_t *entry = walk(root, address, 1 + cap_frame_size(frame), &stopped);
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
        nested_epoch++;
    cap_frame_set_map(&inv->slot->cap, FRAME_SECOND_LEVEL, place(root, address));
    return seL4_NoError;
}

void nested_unmap_frame(struct cap frame)
{
    struct nested_root *root = place_root(frame);
    if (!root)
        return;
    uint64_t *entry = walk(root, place_address(frame), 1 + cap_frame_size(frame), NULL);
    if (!entry || !entry_is_frame(*entry, frame))
        return;
    *entry = 0;
    nested_epoch++;
}

/* --- tables; `level` is that of the entry that points to the table --- */

static bool table_is_mapped(struct cap table)
{
    return table.flags & TABLE_MAPPED;
}

/* guest-physical address, attributes; root */
static int table_map(struct invocation *inv, unsigned level)
{
    if (!invocation_has(inv, 2, 1))
        return seL4_TruncatedMessage;
    struct nested_root *root = root_argument(inv);
    if (!root)
        return error_capability(1);
    if (table_is_mapped(inv->cap))
        return error_capability(0);
    uint64_t address = invocation_arg(inv, 0) & ~((1ul << LEVEL_SHIFT(level)) - 1);
    if (address >> NESTED_ADDRESS_BITS != 0)
        return error_argument(0);

    unsigned stopped;
    uint64_t *entry = walk(root, address, level, &stopped);
    if (!entry)
        return error_lookup(false, LEVEL_SHIFT(stopped));
    if (*entry & PTE_PRESENT)
        return seL4_DeleteFirst;
    *entry = virt_to_phys(cap_object(inv->cap)) | PTE_TABLE;
    inv->slot->cap.flags |= TABLE_MAPPED;
    inv->slot->cap.data = place(root, address);
    return seL4_NoError;
}

static void table_unmap(struct slot *slot, unsigned level)
{
    struct cap table = slot->cap;
    if (!table_is_mapped(table))
        return;
    struct nested_root *root = place_root(table);
    uint64_t *entry = root ? walk(root, place_address(table), level, NULL) : NULL;
    if (entry && *entry & PTE_PRESENT && !(*entry & PTE_LARGE) &&
        (*entry & PTE_ADDRESS) == virt_to_phys(cap_object(table)))
        *entry = 0;
    memory_clear(cap_object(table), TABLE_SIZE);
    slot->cap.flags &= ~TABLE_MAPPED;
    slot->cap.data = 0;
    nested_epoch++;
}

static int table_invoke(struct invocation *inv, unsigned level, uint64_t map, uint64_t unmap)
{
    if (inv->label == map)
        return table_map(inv, level);
    if (inv->label != unmap)
        return seL4_IllegalOperation;
    table_unmap(inv->slot, level);
    return seL4_NoError;
}

static void table_finalise(struct slot *slot, bool final, unsigned level)
{
    if (final)
        table_unmap(slot, level);
}

/* A copy knows where the table is; of a table that is nowhere there is but one capability. */
static int table_derive(const struct slot *slot, struct cap *cap)
{
    (void)slot;
    return table_is_mapped(*cap) ? seL4_NoError : seL4_IllegalOperation;
}

static unsigned table_size_bits(struct cap cap)
{
    (void)cap;
    return 12;
}

#define TABLE_TYPE(kind, type, level, label)                                                       \
    static int kind##_invoke(struct invocation *inv)                                               \
    {                                                                                              \
        return table_invoke(inv, level, X86##label##Map, X86##label##Unmap);                       \
    }                                                                                              \
    static void kind##_finalise(struct slot *slot, bool final)                                     \
    {                                                                                              \
        table_finalise(slot, final, level);                                                        \
    }                                                                                              \
    struct cap kind##_create(void *memory, unsigned user_bits, bool device)                        \
    {                                                                                              \
        (void)user_bits;                                                                           \
        (void)device;                                                                              \
        return cap_make(type, memory, 0, 0);                                                       \
    }                                                                                              \
    const struct cap_ops kind##_ops = {                                                            \
        .name = #label,                                                                            \
        .size_bits = table_size_bits,                                                              \
        .derive = table_derive,                                                                    \
        .finalise = kind##_finalise,                                                               \
        .invoke = kind##_invoke,                                                                   \
    };

TABLE_TYPE(ept_pdpt, CAP_EPT_PDPT, 4, EPTPDPT)
TABLE_TYPE(ept_pd, CAP_EPT_PD, 3, EPTPD)
TABLE_TYPE(ept_pt, CAP_EPT_PT, 2, EPTPT)

/* --- roots --- */

struct cap ept_pml4_create(void *memory, unsigned user_bits, bool device)
{
    (void)user_bits;
    (void)device;
    struct nested_root *root = memory;
    root->serial = next_serial++ << 1;
    root->next = roots;
    if (roots)
        roots->previous = root;
    roots = root;
    return cap_make(CAP_EPT_PML4, root, 0, 0);
}

static void ept_pml4_finalise(struct slot *slot, bool final)
{
    if (!final)
        return;
    struct nested_root *root = cap_object(slot->cap);
    if (root->next)
        root->next->previous = root->previous;
    *(root->previous ? &root->previous->next : &roots) = root->next;
    asid_release(slot->cap); /* if it was given one, as programs for other kernels do */
    nested_epoch++;
}

const struct cap_ops ept_pml4_ops = {
    .name = "EPTPML4",
    .size_bits = table_size_bits,
    .finalise = ept_pml4_finalise,
};

/* seL4_TCB_SetEPTRoot: ; root */
int tcb_set_ept_root(struct invocation *inv)
{
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;
    struct slot *source = inv->extra[0];
    if (source->cap.type != CAP_EPT_PML4)
        return error_capability(1);
    struct tcb *t = cap_object(inv->cap);
    struct slot *dest = &t->slots[TCB_EPT_ROOT];
    int error = slot_is_empty(dest) ? 0 : slot_delete(dest);
    if (error != 0)
        return error;
    /* That may have been the last capability but one of the family: look again. */
    if (source->cap.type != CAP_EPT_PML4)
        return error_capability(1);
    slot_insert(dest, source->cap, source);
    return seL4_NoError;
}
