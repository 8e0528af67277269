/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects as far as an allocator sees them: an untyped hands out memory from its start
 * upwards and is reset when it has no children; a frame can be mapped only where its tables are.
 * Misuse that the real kernel would punish (a slot in use, a capability that is not there) is
 * answered by the kernel's own errors.
 */
#include <string.h>
#include "fake_objects.h"

struct slot {
    bool used;
    seL4_Word type;
    unsigned bits;
    uint64_t paddr;
    uint64_t watermark; /* untyped: bytes handed out */
    unsigned children;  /* untyped: capabilities made from it */
    seL4_CPtr parent;
    seL4_CPtr mapped_root; /* 0 = not mapped */
    seL4_Word mapped_at;
    unsigned mapped_level; /* bits of address that the entry covers */
    bool space;
};

static struct slot slots[FAKE_SLOTS];
static unsigned fail_countdown;

void fake_objects_reset(void)
{
    memset(slots, 0, sizeof(slots));
    slots[FAKE_ROOT].used = true;
    fail_countdown = 0;
}

void fake_fail_retype(unsigned n)
{
    fail_countdown = n;
}

void fake_add_untyped(seL4_CPtr slot, unsigned size_bits, uint64_t paddr)
{
    slots[slot] =
        (struct slot){.used = true, .type = seL4_UntypedObject, .bits = size_bits, .paddr = paddr};
}

void fake_add_space(seL4_CPtr slot)
{
    slots[slot] = (struct slot){.used = true, .space = true};
}

bool fake_slot_empty(seL4_CPtr slot)
{
    return !slots[slot].used;
}

uint64_t fake_paddr(seL4_CPtr slot)
{
    return slots[slot].paddr;
}

seL4_Word fake_type(seL4_CPtr slot)
{
    return slots[slot].type;
}

unsigned fake_capabilities(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < FAKE_SLOTS; i++)
        count += slots[i].used;
    return count;
}

static unsigned bits_of(seL4_Word type, seL4_Word size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
        return (unsigned)size_bits;
    case seL4_CapTableObject:
        return (unsigned)size_bits + seL4_SlotBits;
    case seL4_TCBObject:
        return seL4_TCBBits;
    case seL4_EndpointObject:
        return seL4_EndpointBits;
    case seL4_NotificationObject:
        return seL4_NotificationBits;
    case seL4_X86_LargePageObject:
        return seL4_LargePageBits;
    case seL4_X64_HugePageObject:
        return seL4_HugePageBits;
    case seL4_X86_VCPUObject:
        return seL4_X86_VCPUBits;
    default:
        return seL4_PageBits;
    }
}

seL4_Error seL4_Untyped_Retype(seL4_Untyped untyped, seL4_Word type, seL4_Word size_bits,
                               seL4_CNode root, seL4_Word node_index, seL4_Word node_depth,
                               seL4_Word node_offset, seL4_Word count)
{
    struct slot *u = &slots[untyped];
    if (root != FAKE_ROOT || node_index != 0 || node_depth != 0 || !u->used ||
        u->type != seL4_UntypedObject)
        return seL4_InvalidCapability;
    if (count == 0 || count > CONFIG_RETYPE_FAN_OUT_LIMIT || node_offset + count > FAKE_SLOTS)
        return seL4_RangeError;
    for (seL4_Word i = 0; i < count; i++)
        if (slots[node_offset + i].used)
            return seL4_DeleteFirst;
    if (fail_countdown != 0 && --fail_countdown == 0)
        return seL4_NotEnoughMemory;
    unsigned bits = bits_of(type, size_bits);
    uint64_t size = 1ull << bits;
    if (u->children == 0)
        u->watermark = 0;
    uint64_t at = (u->watermark + size - 1) & ~(size - 1);
    if (at > 1ull << u->bits || ((1ull << u->bits) - at) >> bits < count)
        return seL4_NotEnoughMemory;
    for (seL4_Word i = 0; i < count; i++) {
        slots[node_offset + i] = (struct slot){.used = true,
                                               .type = type,
                                               .bits = bits,
                                               .paddr = u->paddr + at + i * size,
                                               .parent = untyped};
    }
    u->watermark = at + count * size;
    u->children += (unsigned)count;
    return seL4_NoError;
}

seL4_Error seL4_CNode_Delete(seL4_CNode root, seL4_Word index, seL4_Uint8 depth)
{
    if (root != FAKE_ROOT || depth != seL4_WordBits || index >= FAKE_SLOTS)
        return seL4_FailedLookup;
    struct slot *s = &slots[index];
    if (s->used && s->parent != 0)
        slots[s->parent].children--;
    *s = (struct slot){0};
    return seL4_NoError;
}

seL4_Error seL4_CNode_Mint(seL4_CNode root, seL4_Word index, seL4_Uint8 depth, seL4_CNode src_root,
                           seL4_Word src_index, seL4_Uint8 src_depth, seL4_CapRights_t rights,
                           seL4_Word badge)
{
    (void)rights;
    (void)badge;
    if (root != FAKE_ROOT || src_root != FAKE_ROOT || depth != seL4_WordBits ||
        src_depth != seL4_WordBits || index >= FAKE_SLOTS || src_index >= FAKE_SLOTS ||
        !slots[src_index].used)
        return seL4_FailedLookup;
    if (slots[index].used)
        return seL4_DeleteFirst;
    slots[index] = slots[src_index];
    slots[index].mapped_root = 0;
    if (slots[index].parent != 0)
        slots[slots[index].parent].children++;
    return seL4_NoError;
}

seL4_Error seL4_CNode_Copy(seL4_CNode root, seL4_Word index, seL4_Uint8 depth, seL4_CNode src_root,
                           seL4_Word src_index, seL4_Uint8 src_depth, seL4_CapRights_t rights)
{
    return seL4_CNode_Mint(root, index, depth, src_root, src_index, src_depth, rights, 0);
}

/* --- mappings: an entry of level L (12, 21, 30) needs the table entry of the level above --- */

static bool has_entry(seL4_CPtr root, seL4_Word vaddr, unsigned level, bool table)
{
    for (unsigned i = 0; i < FAKE_SLOTS; i++) {
        struct slot *s = &slots[i];
        bool is_table = s->type != seL4_X86_4K && s->type != seL4_X86_LargePageObject &&
                        s->type != seL4_X64_HugePageObject;
        if (s->used && s->mapped_root == root && s->mapped_level == level && is_table == table &&
            s->mapped_at >> level == vaddr >> level)
            return true;
    }
    return false;
}

static seL4_Error map(seL4_CPtr cap, seL4_Word type, seL4_CPtr root, seL4_Word vaddr,
                      unsigned level)
{
    struct slot *s = &slots[cap];
    if (!s->used || s->type != type || !slots[root].space || s->mapped_root != 0)
        return seL4_InvalidCapability;
    unsigned above = level + 9;
    if (above < 48 && !has_entry(root, vaddr, above, true))
        return seL4_FailedLookup;
    if (has_entry(root, vaddr, level, true) || has_entry(root, vaddr, level, false))
        return seL4_DeleteFirst;
    s->mapped_root = root;
    s->mapped_at = vaddr;
    s->mapped_level = level;
    return seL4_NoError;
}

static seL4_Error map_frame(seL4_CPtr frame, seL4_CPtr root, seL4_Word vaddr)
{
    if (vaddr & ((1ull << slots[frame].bits) - 1))
        return seL4_AlignmentError;
    return map(frame, slots[frame].type, root, vaddr, slots[frame].bits);
}

seL4_Error seL4_X86_Page_Map(seL4_X86_Page frame, seL4_CPtr root, seL4_Word vaddr,
                             seL4_CapRights_t rights, seL4_X86_VMAttributes attributes)
{
    (void)rights;
    (void)attributes;
    return map_frame(frame, root, vaddr);
}

seL4_Error seL4_X86_Page_MapEPT(seL4_X86_Page frame, seL4_CPtr root, seL4_Word vaddr,
                                seL4_CapRights_t rights, seL4_X86_EPT_VMAttributes attributes)
{
    (void)rights;
    (void)attributes;
    return map_frame(frame, root, vaddr);
}

seL4_Error seL4_X86_Page_MapIO(seL4_X86_Page frame, seL4_CPtr iospace, seL4_CapRights_t rights,
                               seL4_Word ioaddr)
{
    (void)rights;
    return map_frame(frame, iospace, ioaddr);
}

/* A device's table goes where the first one is missing. */
seL4_Error seL4_X86_IOPageTable_Map(seL4_CPtr table, seL4_CPtr iospace, seL4_Word ioaddr)
{
    unsigned level = 39;
    while (level > 21 && has_entry(iospace, ioaddr, level, true))
        level -= 9;
    return map(table, seL4_X86_IOPageTableObject, iospace, ioaddr, level);
}

#define FAKE_TABLE(function, attributes_type, type, level)                                         \
    seL4_Error function(seL4_CPtr table, seL4_CPtr root, seL4_Word vaddr,                          \
                        attributes_type attributes)                                                \
    {                                                                                              \
        (void)attributes;                                                                          \
        return map(table, type, root, vaddr, level);                                               \
    }

FAKE_TABLE(seL4_X86_PageTable_Map, seL4_X86_VMAttributes, seL4_X86_PageTableObject, 21)
FAKE_TABLE(seL4_X86_PageDirectory_Map, seL4_X86_VMAttributes, seL4_X86_PageDirectoryObject, 30)
FAKE_TABLE(seL4_X86_PDPT_Map, seL4_X86_VMAttributes, seL4_X86_PDPTObject, 39)
FAKE_TABLE(seL4_X86_EPTPT_Map, seL4_X86_EPT_VMAttributes, seL4_X86_EPTPTObject, 21)
FAKE_TABLE(seL4_X86_EPTPD_Map, seL4_X86_EPT_VMAttributes, seL4_X86_EPTPDObject, 30)
FAKE_TABLE(seL4_X86_EPTPDPT_Map, seL4_X86_EPT_VMAttributes, seL4_X86_EPTPDPTObject, 39)

seL4_CPtr fake_mapped(seL4_CPtr root, seL4_Word vaddr)
{
    for (unsigned i = 0; i < FAKE_SLOTS; i++) {
        struct slot *s = &slots[i];
        if (s->used && s->mapped_root == root && s->mapped_level == s->bits &&
            s->mapped_at >> s->bits == vaddr >> s->bits)
            return i;
    }
    return 0;
}

unsigned fake_tables(seL4_CPtr root)
{
    unsigned count = 0;
    for (unsigned i = 0; i < FAKE_SLOTS; i++) {
        count +=
            slots[i].used && slots[i].mapped_root == root && slots[i].mapped_level != slots[i].bits;
    }
    return count;
}
