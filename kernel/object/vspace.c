/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The address spaces of programs: four levels of tables below a PML4, whose upper half is the
 * kernel's.
 *
 * Rests on: AMD64 APM volume 2, chapter 5 and section 7.8 (PAT); Intel SDM volume 3A, section 4.10
 * (PCIDs, what INVLPG and INVPCID take away).
 */
#include "object/vspace.h"
#include "cpu/features.h"
#include "cpu/memory.h"
#include "cpu/x86.h"
#include "object/asid.h"
#include "object/mapping.h"
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

/* Without the read right the kernel's half alone may touch the page. */
static int frame_entry(enum frame_size size, unsigned rights, uint64_t attributes, uint64_t *entry)
{
    *entry = PTE_PRESENT;
    if (rights & FRAME_RIGHT_READ)
        *entry |= PTE_USER | (rights & FRAME_RIGHT_WRITE ? PTE_WRITE : 0);
    else
        *entry |= PTE_NX;
    *entry |= attributes & 1 ? PTE_PWT : 0;
    *entry |= attributes & 2 ? PTE_PCD : 0;
    if (attributes & 4)
        *entry |= size == FRAME_4K ? PTE_PAT_SMALL : PTE_PAT_LARGE;
    return 0;
}

static bool is_loaded(const struct place *place)
{
    return this_core()->cr3 == vspace_cr3(place->root, asid_of(place->name));
}

/* Without PCIDs nothing is known of what is not loaded. */
static void flush_page(const struct place *place)
{
    if (is_loaded(place))
        invlpg(place->address);
    else if (cpu_features.pcid)
        invpcid(0, asid_of(place->name), place->address);
}

static void flush_all(const struct place *place)
{
    if (cpu_features.pcid)
        invpcid(1, asid_of(place->name), 0);
    else if (is_loaded(place))
        write_cr3(this_core()->cr3);
}

/* The kernel's half: once it has a number, and so may be loaded. */
static void init_root(uint64_t *pml4)
{
    uint64_t *kernel_half = pml4 + TABLE_ENTRIES / 2;
    memcpy(kernel_half, kernel_pml4 + TABLE_ENTRIES / 2, PAGE_SIZE_4K / 2);
}

const struct space_ops user_space = {
    .root = CAP_PML4,
    .levels = 4,
    .limit = seL4_UserTop,
    .present = PTE_PRESENT,
    .table = PTE_PRESENT | PTE_WRITE | PTE_USER,
    .frame_entry = frame_entry,
    .flush_page = flush_page,
    .flush_all = flush_all,
    .init_root = init_root,
};

const struct cap_ops pml4_ops = {
    .name = "PML4",
    .size_bits = seL4_PML4Bits,
    .derive = mapping_derive,
    .finalise = asid_root_finalise,
    .invoke = invoke_none,
};
