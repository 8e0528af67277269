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
    if (root->cap.type != CAP_PML4 || !cap_table_mapped(root->cap)) {
        *error = error_capability(argument);
        return NULL;
    }
    uint64_t *pml4 = asid_find_cap(root->cap);
    *asid = cap_mapped_asid(root->cap);
    if (!pml4)
        *error = error_lookup(false, 0);
    return pml4;
}

/* --- Translation caches --- */

void vspace_flush_page(const uint64_t *pml4, unsigned asid, uint64_t vaddr)
{
    bool loaded = this_core()->cr3 == vspace_cr3(pml4, asid);
    if (loaded)
        invlpg(vaddr);
    else if (cpu_features.pcid)
        invpcid(0, asid, vaddr);
}

/* A whole table of translations is gone. */
static void flush_all(const uint64_t *pml4, unsigned asid)
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

int table_derive(const struct slot *slot, struct cap *cap)
{
    (void)slot;
    return cap_table_mapped(*cap) ? 0 : seL4_IllegalOperation;
}

void pml4_init(uint64_t *pml4)
{
    uint64_t *kernel_half = pml4 + TABLE_ENTRIES / 2;
    memcpy(kernel_half, kernel_pml4 + TABLE_ENTRIES / 2, PAGE_SIZE_4K / 2);
}

static void pml4_finalise(struct slot *slot, bool final)
{
    if (final)
        asid_release(slot->cap);
}

const struct cap_ops pml4_ops = {
    .name = "PML4",
    .size_bits = seL4_PML4Bits,
    .derive = table_derive,
    .finalise = pml4_finalise,
    .invoke = invoke_none,
};

/* --- PDPT, page directory, page table --- */

const struct table_kind table_kinds[CAP_TYPE_COUNT] = {
    [CAP_PDPT] = {3, X86PDPTMap, X86PDPTUnmap},
    [CAP_PAGE_DIRECTORY] = {2, X86PageDirectoryMap, X86PageDirectoryUnmap},
    [CAP_PAGE_TABLE] = {1, X86PageTableMap, X86PageTableUnmap},
    [CAP_EPT_PDPT] = {3, X86EPTPDPTMap, X86EPTPDPTUnmap},
    [CAP_EPT_PD] = {2, X86EPTPDMap, X86EPTPDUnmap},
    [CAP_EPT_PT] = {1, X86EPTPTMap, X86EPTPTUnmap},
};

/* vaddr, attributes; pml4 */
static int table_map(struct invocation *inv, unsigned level)
{
    if (!invocation_has(inv, 2, 1))
        return seL4_TruncatedMessage;
    if (cap_table_mapped(inv->cap))
        return error_capability(0);

    /* The table goes where the address lies: lower bits do not matter. */
    uint64_t vaddr = ROUND_DOWN(invocation_arg(inv, 0), BIT(LEVEL_SHIFT(level + 1)));
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

    *entry = table_entry(inv->cap);
    cap_table_set_map(&inv->slot->cap, cap_mapping(vaddr, asid));
    return 0;
}

/* Takes the table out of its address space, if it is still there. */
static void table_unmap(struct cap cap)
{
    uint64_t *pml4 = cap_table_mapped(cap) ? asid_find(cap_mapped_asid(cap)) : NULL;
    if (!pml4)
        return;
    uint64_t vaddr = cap_mapped_addr(cap);
    uint64_t *entry = vspace_walk(pml4, vaddr, table_kinds[cap.type].level + 1, NULL);
    if (!entry || !entry_is_table(*entry, cap))
        return;
    *entry = 0;
    flush_all(pml4, cap_mapped_asid(cap));
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
static int table_unmap_last(struct invocation *inv)
{
    if (!slot_is_final(inv->slot))
        return seL4_RevokeFirst;
    if (cap_table_mapped(inv->cap)) {
        table_unmap(inv->cap);
        memset(cap_object(inv->cap), 0, PAGE_SIZE_4K);
    }
    cap_table_unmap(&inv->slot->cap);
    return 0;
}

static int table_invoke(struct invocation *inv)
{
    const struct table_kind *kind = &table_kinds[inv->cap.type];
    if (inv->label == kind->map)
        return table_map(inv, kind->level);
    return inv->label == kind->unmap ? table_unmap_last(inv) : seL4_IllegalOperation;
}

#define TABLE_OPS(object_name)                                                                     \
    {                                                                                              \
        .name = (object_name), .size_bits = seL4_PageTableBits, .derive = table_derive,            \
        .finalise = table_finalise, .invoke = table_invoke                                         \
    }

const struct cap_ops pdpt_ops = TABLE_OPS("PDPT");
const struct cap_ops page_directory_ops = TABLE_OPS("PageDirectory");
const struct cap_ops page_table_ops = TABLE_OPS("PageTable");
