/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces and the objects that they are made of: PML4, PDPT, page directory, page table. The
 * three lower ones differ in their level only, so they share all code.
 *
 * Entries of upper tables grant everything; what a page allows stands in its own entry alone.
 *
 * Rests on: AMD64 APM volume 2, chapter 5; Intel SDM volume 3A, section 4.10 (PCIDs, what INVLPG
 * and INVPCID take away).
 */
#include "object/vspace.h"
#include "api/invocation.h"
#include "cpu/features.h"
#include "cpu/memory.h"
#include "cpu/x86.h"
#include "object/asid.h"
#include "object/object.h"
#include "sched/switch.h"
#include <base/string.h>

#include <sel4/constants.h>

/*
 * Cache types by the index that PWT, PCD and PAT of an entry form: write-back, write-through,
 * uncached unless the MTRRs combine, uncached; write-combining, write-protected, and the uncached
 * ones again. The first four are the processor's own defaults.
 */
#define PAT_VALUE 0x0007050100070406ul

void vspace_init_core(void)
{
    wrmsr(MSR_PAT, PAT_VALUE);
    write_cr0(read_cr0() | CR0_WP);
    uint64_t cr4 = read_cr4() | CR4_PGE;
    cr4 |= cpu_features.smep ? CR4_SMEP : 0;
    cr4 |= cpu_features.smap ? CR4_SMAP : 0;
    cr4 |= cpu_features.umip ? CR4_UMIP : 0;
    cr4 |= cpu_features.pcid ? CR4_PCIDE : 0;
    write_cr4(cr4);
}

uint64_t *vspace_walk(uint64_t *pml4, uint64_t vaddr, unsigned level, unsigned *stopped)
{
    uint64_t *table = pml4;
    for (unsigned at = 4; at > level; at--) {
        uint64_t entry = table[table_index(vaddr, at)];
        if (!(entry & PTE_PRESENT) || (at < 4 && (entry & PTE_LARGE))) {
            if (stopped)
                *stopped = at;
            return NULL;
        }
        table = phys_to_virt(entry & PTE_ADDRESS);
    }
    return &table[table_index(vaddr, level)];
}

uint64_t *vspace_of_root(const struct slot *root, unsigned argument, unsigned *asid, int *error)
{
    if (root->cap.type != CAP_PML4 || !(root->cap.flags & TABLE_MAPPED)) {
        *error = error_capability(argument);
        return NULL;
    }
    uint64_t *pml4 = asid_find_cap(root->cap);
    *asid = cap_mapped_asid(root->cap);
    if (!pml4)
        *error = error_lookup(false, 0);
    return pml4;
}

/* --- translation caches --- */

void vspace_flush_page(const uint64_t *pml4, unsigned asid, uint64_t vaddr)
{
    bool loaded = this_core()->cr3 == vspace_cr3(pml4, asid);
    if (loaded)
        invlpg(vaddr);
    else if (cpu_features.pcid)
        invpcid(0, asid, vaddr);
}

void vspace_flush_all(const uint64_t *pml4, unsigned asid)
{
    if (cpu_features.pcid)
        invpcid(1, asid, 0);
    else if (this_core()->cr3 == vspace_cr3(pml4, asid))
        write_cr3(this_core()->cr3);
}

void vspace_retired(const void *space, unsigned asid)
{
    struct core *core = this_core();
    if (core->cr3 == vspace_cr3(space, asid))
        vspace_load_cr3(core, image_to_phys(kernel_pml4));
    if (cpu_features.pcid)
        invpcid(1, asid, 0);
}

/* --- PML4 --- */

static unsigned table_size_bits(struct cap cap)
{
    (void)cap;
    return seL4_PageTableBits;
}

/* Tables may be copied only once they have their place, since the copies must agree on it. */
static int table_derive(const struct slot *slot, struct cap *cap)
{
    (void)slot;
    return cap->flags & TABLE_MAPPED ? 0 : seL4_IllegalOperation;
}

struct cap pml4_create(void *memory, unsigned user_bits, bool device)
{
    (void)user_bits;
    (void)device;
    uint64_t *pml4 = memory;
    memcpy(pml4 + TABLE_ENTRIES / 2, kernel_pml4 + TABLE_ENTRIES / 2, 4096 / 2);
    return cap_make(CAP_PML4, memory, 0, 0);
}

static void pml4_finalise(struct slot *slot, bool final)
{
    if (final)
        asid_release(slot->cap);
}

const struct cap_ops pml4_ops = {
    .name = "PML4",
    .size_bits = table_size_bits,
    .derive = table_derive,
    .finalise = pml4_finalise,
};

/* --- PDPT, page directory, page table --- */

/* The level of the table that a capability of this type names. */
static unsigned table_level(enum cap_type type)
{
    return type == CAP_PDPT ? 3 : type == CAP_PAGE_DIRECTORY ? 2 : 1;
}

/* vaddr, attributes; pml4 */
static int table_map(struct invocation *inv, unsigned level)
{
    if (!invocation_has(inv, 2, 1))
        return seL4_TruncatedMessage;
    if (inv->cap.flags & TABLE_MAPPED)
        return error_capability(0);

    /* The table goes where the address lies: lower bits do not matter. */
    uint64_t vaddr = invocation_arg(inv, 0) & ~((1ul << LEVEL_SHIFT(level + 1)) - 1);
    if (vaddr >= USER_TOP)
        return error_argument(0);
    unsigned asid, stopped = level + 1;
    int error;
    uint64_t *pml4 = vspace_of_root(inv->extra[0], 1, &asid, &error);
    if (!pml4)
        return error;
    uint64_t *entry = vspace_walk(pml4, vaddr, level + 1, &stopped);
    if (!entry)
        return error_lookup(false, LEVEL_SHIFT(stopped));
    if (*entry & PTE_PRESENT)
        return seL4_DeleteFirst;

    *entry = virt_to_phys(cap_object(inv->cap)) | PTE_PRESENT | PTE_WRITE | PTE_USER;
    inv->slot->cap.flags |= TABLE_MAPPED;
    inv->slot->cap.data = cap_mapping(vaddr, asid);
    return 0;
}

/* Takes the table out of its address space, if it is still there. */
static void table_unmap(struct cap cap)
{
    uint64_t *pml4 = cap.flags & TABLE_MAPPED ? asid_find(cap_mapped_asid(cap)) : NULL;
    if (!pml4)
        return;
    uint64_t vaddr = cap_mapped_addr(cap);
    uint64_t *entry = vspace_walk(pml4, vaddr, table_level(cap.type) + 1, NULL);
    if (!entry || (*entry & PTE_ADDRESS) != virt_to_phys(cap_object(cap)) ||
        !(*entry & PTE_PRESENT))
        return;
    *entry = 0;
    vspace_flush_all(pml4, cap_mapped_asid(cap));
}

static void table_finalise(struct slot *slot, bool final)
{
    if (final)
        table_unmap(slot->cap);
}

/*
 * Unmapping through one of several capabilities would leave the others with a stale place. The
 * table is emptied, so that the pages in it do not reappear where it is mapped next.
 */
static int table_unmap_invocation(struct invocation *inv)
{
    if (!slot_is_final(inv->slot))
        return seL4_RevokeFirst;
    if (inv->cap.flags & TABLE_MAPPED) {
        table_unmap(inv->cap);
        memset(cap_object(inv->cap), 0, 4096);
    }
    inv->slot->cap.flags &= ~TABLE_MAPPED;
    inv->slot->cap.data = 0;
    return 0;
}

static int pdpt_invoke(struct invocation *inv)
{
    if (inv->label == X86PDPTMap)
        return table_map(inv, 3);
    return inv->label == X86PDPTUnmap ? table_unmap_invocation(inv) : seL4_IllegalOperation;
}

static int page_directory_invoke(struct invocation *inv)
{
    if (inv->label == X86PageDirectoryMap)
        return table_map(inv, 2);
    return inv->label == X86PageDirectoryUnmap ? table_unmap_invocation(inv)
                                               : seL4_IllegalOperation;
}

static int page_table_invoke(struct invocation *inv)
{
    if (inv->label == X86PageTableMap)
        return table_map(inv, 1);
    return inv->label == X86PageTableUnmap ? table_unmap_invocation(inv) : seL4_IllegalOperation;
}

static struct cap table_create(enum cap_type type, void *memory)
{
    return cap_make(type, memory, 0, 0);
}

struct cap pdpt_create(void *memory, unsigned user_bits, bool device)
{
    (void)user_bits;
    (void)device;
    return table_create(CAP_PDPT, memory);
}

struct cap page_directory_create(void *memory, unsigned user_bits, bool device)
{
    (void)user_bits;
    (void)device;
    return table_create(CAP_PAGE_DIRECTORY, memory);
}

struct cap page_table_create(void *memory, unsigned user_bits, bool device)
{
    (void)user_bits;
    (void)device;
    return table_create(CAP_PAGE_TABLE, memory);
}

const struct cap_ops pdpt_ops = {
    .name = "PDPT",
    .size_bits = table_size_bits,
    .derive = table_derive,
    .finalise = table_finalise,
    .invoke = pdpt_invoke,
};

const struct cap_ops page_directory_ops = {
    .name = "PageDirectory",
    .size_bits = table_size_bits,
    .derive = table_derive,
    .finalise = table_finalise,
    .invoke = page_directory_invoke,
};

const struct cap_ops page_table_ops = {
    .name = "PageTable",
    .size_bits = table_size_bits,
    .derive = table_derive,
    .finalise = table_finalise,
    .invoke = page_table_invoke,
};
