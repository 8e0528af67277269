/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames and tables in address spaces of every kind; the objects that tables below the root are.
 *
 * Entries of upper tables grant everything; what a page allows stands in its own entry alone.
 *
 * Rests on: AMD64 APM volume 2, sections 5.3 and 15.25.
 */
#include "object/mapping.h"
#include "api/invocation.h"
#include "cpu/features.h"
#include "cpu/memory.h"
#include "object/asid.h"
#include <base/string.h>

#include <sel4/constants.h>

static const struct space_ops *const spaces[SPACE_KINDS] = {
    [SPACE_USER] = &user_space,
    [SPACE_GUEST] = &guest_space,
    [SPACE_IO] = &io_space,
};

/* Tables below the root: their level (0: of any), and the labels of their invocations. */
static const struct table_kind {
    uint8_t space, level;
    uint16_t map, unmap;
} table_kinds[CAP_TYPE_COUNT] = {
    [CAP_PDPT] = {SPACE_USER, 3, X86PDPTMap, X86PDPTUnmap},
    [CAP_PAGE_DIRECTORY] = {SPACE_USER, 2, X86PageDirectoryMap, X86PageDirectoryUnmap},
    [CAP_PAGE_TABLE] = {SPACE_USER, 1, X86PageTableMap, X86PageTableUnmap},
    [CAP_EPT_PDPT] = {SPACE_GUEST, 3, X86EPTPDPTMap, X86EPTPDPTUnmap},
    [CAP_EPT_PD] = {SPACE_GUEST, 2, X86EPTPDMap, X86EPTPDUnmap},
    [CAP_EPT_PT] = {SPACE_GUEST, 1, X86EPTPTMap, X86EPTPTUnmap},
    [CAP_IO_PAGE_TABLE] = {SPACE_IO, 0, X86IOPageTableMap, X86IOPageTableUnmap},
};

const struct space_ops *mapping_space_of_root(enum cap_type type)
{
    for (unsigned i = SPACE_NONE + 1; i < SPACE_KINDS; i++)
        if (spaces[i]->root == type)
            return spaces[i];
    return NULL;
}

/* --- Entries --- */

uint64_t *mapping_walk(const struct place *place, unsigned *bits_left)
{
    const uint64_t address = place->address, present = place->space->present;
    uint64_t *table = place->root;
    unsigned shift = LEVEL_SHIFT(place->space->levels), last = LEVEL_SHIFT(place->level);
    for (; shift > last; shift -= TABLE_BITS) {
        uint64_t entry = table[address >> shift & MASK(TABLE_BITS)];
        if (!(entry & present) || (entry & PTE_LARGE)) {
            if (bits_left)
                *bits_left = shift;
            return NULL;
        }
        table = phys_to_virt(entry & PTE_ADDRESS);
    }
    return &table[address >> shift & MASK(TABLE_BITS)];
}

static bool leads_to_object(uint64_t entry, const struct place *place)
{
    return entry & place->space->present && (entry & place->mask) == place->object;
}

static void write_entry(const struct place *place, uint64_t *entry, uint64_t value)
{
    *entry = value;
    if (place->space->entry_written)
        place->space->entry_written(place, entry);
}

/* The address space that the invocation's first attached capability names. */
static int find_root(const struct invocation *inv, struct place *place)
{
    struct cap root = inv->extra[0]->cap;
    place->name = cap_mapped_name(root);
    place->root = asid_find(place->name);
    if (root.type != place->space->root || !cap_table_mapped(root))
        return error_capability(1);
    return place->root ? 0 : error_lookup(false, 0);
}

/* Fills the entry. `again`: the object is mapped in this very place. */
static int put_in(const struct place *place, bool again, uint64_t bits)
{
    unsigned bits_left;
    uint64_t *entry = mapping_walk(place, &bits_left);
    if (!entry)
        return error_lookup(false, bits_left);
    bool replaces = *entry & place->space->present;
    if (replaces && !(again && leads_to_object(*entry, place)))
        return seL4_DeleteFirst;
    write_entry(place, entry, place->object | bits);
    if (replaces)
        place->space->flush_page(place);
    return 0;
}

/* Clears the entry, if the object that was mapped by `cap` is still there. */
static bool take_out(struct place *place, struct cap cap)
{
    place->name = cap_mapped_name(cap);
    place->address = cap_mapped_addr(cap);
    place->root = asid_find(place->name);
    uint64_t *entry = place->root ? mapping_walk(place, NULL) : NULL;
    if (!entry || !leads_to_object(*entry, place))
        return false;
    write_entry(place, entry, 0);
    return true;
}

/* --- Frames --- */

static inline void take_frame(struct place *place, struct cap frame)
{
    bool small = cap_frame_size(frame) == FRAME_4K;
    place->level = 1 + cap_frame_size(frame);
    place->object = virt_to_phys(cap_object(frame)) | (small ? 0 : PTE_LARGE);
    place->mask = small ? PTE_ADDRESS : (PTE_ADDRESS & ~PTE_PAT_LARGE) | PTE_LARGE;
}

/* A mapped frame may be mapped again in its place, to change rights or attributes. */
static int check_frame(struct cap frame, const struct place *place)
{
    uint64_t address = place->address, limit = place->space->limit;
    uint64_t size = BIT(cap_frame_size_bits(frame));
    bool again = cap_frame_space(frame) != SPACE_NONE;
    if (again && cap_mapped_name(frame) != place->name)
        return error_capability(1);
    if (again && cap_mapped_addr(frame) != address)
        return error_argument(0);
    if (address >= limit || size > limit - address)
        return error_argument(0);
    if (address & (size - 1))
        return error_alignment();
    if (cap_frame_size(frame) == FRAME_1G && !cpu_features.gib_pages)
        return seL4_IllegalOperation;
    return 0;
}

int mapping_map_frame(struct invocation *inv, enum space_kind kind)
{
    if (!invocation_has(inv, kind == SPACE_IO ? 2 : 3, 1))
        return seL4_TruncatedMessage;
    struct cap frame = inv->cap;
    struct place place;
    place.space = spaces[kind];
    place.address = invocation_arg(inv, 0);
    take_frame(&place, frame);
    unsigned rights = (unsigned)invocation_arg(inv, 1) & cap_frame_rights(frame);
    bool again = cap_frame_space(frame) != SPACE_NONE;
    uint64_t attributes = invocation_arg(inv, 2), bits = 0; /* a register, given or not */
    int error = find_root(inv, &place)
                    ?: check_frame(frame, &place)
                    ?: place.space->frame_entry(cap_frame_size(frame), rights, attributes, &bits)
                    ?: put_in(&place, again, bits);
    if (!error)
        cap_frame_set_map(&inv->slot->cap, kind, cap_mapping(place.address, place.name));
    return error;
}

void mapping_unmap_frame(struct cap frame)
{
    if (cap_frame_space(frame) == SPACE_NONE)
        return;
    struct place place;
    place.space = spaces[cap_frame_space(frame)];
    take_frame(&place, frame);
    if (take_out(&place, frame))
        place.space->flush_page(&place);
}

/* --- Tables --- */

int mapping_derive(const struct slot *slot, struct cap *cap)
{
    (void)slot;
    return cap_table_mapped(*cap) ? 0 : seL4_IllegalOperation;
}

static struct place table_place(struct cap table)
{
    const struct table_kind *kind = &table_kinds[table.type];
    return (struct place){.space = spaces[kind->space],
                          .level = kind->level ? kind->level + 1u : cap_io_table_level(table),
                          .object = virt_to_phys(cap_object(table)),
                          .mask = PTE_ADDRESS | PTE_LARGE};
}

/* A table of any level goes where the first one is missing. */
static int find_level(struct place *place)
{
    for (place->level = place->space->levels; place->level > 1; place->level--) {
        const uint64_t *entry = mapping_walk(place, NULL);
        if (!entry)
            break;
        if (!(*entry & place->space->present))
            return 0;
    }
    return seL4_DeleteFirst;
}

/* address, attributes; root (a table of any level has no attributes) */
static int table_map(struct invocation *inv)
{
    bool any_level = table_kinds[inv->cap.type].level == 0;
    if (!invocation_has(inv, any_level ? 1 : 2, 1))
        return seL4_TruncatedMessage;
    if (cap_table_mapped(inv->cap))
        return error_capability(0);
    /* The table goes where the address lies: lower bits do not matter. */
    struct place place = table_place(inv->cap);
    place.address = invocation_arg(inv, 0);
    int error = find_root(inv, &place);
    if (!error && any_level && place.address < place.space->limit)
        error = find_level(&place);
    place.address = ROUND_DOWN(place.address, BIT(LEVEL_SHIFT(place.level)));
    uint64_t bits = place.space->table + (place.level - 1) * place.space->table_level;
    error = error
                ?: (place.address < place.space->limit ? 0 : error_argument(0))
                ?: put_in(&place, false, bits);
    if (error)
        return error;
    if (any_level)
        cap_io_table_set_level(&inv->slot->cap, place.level);
    cap_table_set_map(&inv->slot->cap, cap_mapping(place.address, place.name));
    return 0;
}

static void table_take_out(struct cap table)
{
    struct place place = table_place(table);
    if (cap_table_mapped(table) && take_out(&place, table))
        place.space->flush_all(&place);
}

static int table_unmap(struct invocation *inv)
{
    if (!slot_is_final(inv->slot))
        return seL4_RevokeFirst;
    if (cap_table_mapped(inv->cap)) {
        table_take_out(inv->cap);
        memset(cap_object(inv->cap), 0, PAGE_SIZE_4K);
    }
    cap_table_unmap(&inv->slot->cap);
    return 0;
}

static int table_invoke(struct invocation *inv)
{
    const struct table_kind *kind = &table_kinds[inv->cap.type];
    if (inv->label == kind->map)
        return table_map(inv);
    return inv->label == kind->unmap ? table_unmap(inv) : seL4_IllegalOperation;
}

static void table_finalise(struct slot *slot, bool final)
{
    if (final)
        table_take_out(slot->cap);
}

#define TABLE_OPS(object_name)                                                                     \
    {                                                                                              \
        .name = (object_name), .size_bits = seL4_PageTableBits, .derive = mapping_derive,          \
        .finalise = table_finalise, .invoke = table_invoke                                         \
    }

const struct cap_ops pdpt_ops = TABLE_OPS("PDPT");
const struct cap_ops page_directory_ops = TABLE_OPS("PageDirectory");
const struct cap_ops page_table_ops = TABLE_OPS("PageTable");
const struct cap_ops ept_pdpt_ops = TABLE_OPS("EPTPDPT");
const struct cap_ops ept_pd_ops = TABLE_OPS("EPTPD");
const struct cap_ops ept_pt_ops = TABLE_OPS("EPTPT");
const struct cap_ops io_page_table_ops = TABLE_OPS("IOPageTable");
