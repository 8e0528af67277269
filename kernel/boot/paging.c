/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's half of every address space. The image is mapped page by page, nothing both writable
 * and executable; RAM appears in the physical window in the largest pages that fit; devices that
 * the kernel drives, uncached in a window of their own.
 *
 * All top-level entries of the half that can ever be needed are filled before the first address
 * space copies them, so later changes are seen by all.
 *
 * Rests on: AMD64 APM volume 2, section 5.3.
 */
#include "paging.h"
#include "memmap.h"
#include "cpu/devmap.h"
#include "cpu/features.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include "cpu/x86.h"
#include "entry/segments.h"
#include "state/vspace.h"
#include <base/bits.h>

#include <stddef.h>

#define IMAGE_TABLES 2 /* page tables for the image: 4 MiB */
#define WINDOW_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_GLOBAL | PTE_NX)
#define TABLE_FLAGS  (PTE_PRESENT | PTE_WRITE)

extern const char kernel_start[], kernel_text_end[], kernel_rodata_end[], kernel_boot_start[],
    kernel_boot_end[], kernel_end[], boot_stack_guard[];

static uint64_t high_pdpt[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE_4K)));
static uint64_t image_pd[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE_4K)));
static uint64_t image_pt[IMAGE_TABLES][TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE_4K)));
static uint64_t device_pd[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE_4K)));

static uint64_t *image_entry(const char *at)
{
    uint64_t page = image_to_phys(at) / PAGE_SIZE_4K;
    return &image_pt[page / TABLE_ENTRIES][page % TABLE_ENTRIES];
}

static BOOT_CODE void map_image(const char *from, const char *to, uint64_t flags)
{
    for (const char *p = from; p < to; p += PAGE_SIZE_4K)
        *image_entry(p) = image_to_phys(p) | PTE_PRESENT | PTE_GLOBAL | flags;
}

/* The next lower table, made if there is none. */
static BOOT_CODE uint64_t *window_table(uint64_t *entry)
{
    if (!(*entry & PTE_PRESENT))
        *entry = virt_to_phys(boot_alloc(PAGE_SIZE_4K, PAGE_SIZE_4K)) | TABLE_FLAGS;
    return phys_to_virt(*entry & PTE_ADDRESS);
}

/* Maps the 2 MiB at `paddr`, or the GiB if all of that is wanted; returns how much. */
static BOOT_CODE uint64_t window_map_one(uint64_t paddr, uint64_t end)
{
    uint64_t vaddr = paddr + PHYS_WINDOW;
    uint64_t *pdpt = window_table(&kernel_pml4[table_index(vaddr, 4)]);
    uint64_t *entry = &pdpt[table_index(vaddr, 3)];
    if (*entry & PTE_LARGE)
        return PAGE_SIZE_1G - paddr % PAGE_SIZE_1G;
    if (cpu_features.gib_pages && *entry == 0 && paddr % PAGE_SIZE_1G == 0 &&
        end - paddr >= PAGE_SIZE_1G) {
        *entry = paddr | WINDOW_FLAGS | PTE_LARGE;
        return PAGE_SIZE_1G;
    }
    uint64_t *pd = window_table(entry);
    pd[table_index(vaddr, 2)] = paddr | WINDOW_FLAGS | PTE_LARGE;
    return PAGE_SIZE_2M;
}

BOOT_CODE void *paging_window(uint64_t paddr, uint64_t size)
{
    uint64_t end = paddr + size;
    if (end < paddr || end > PHYS_WINDOW_SIZE)
        return NULL;
    for (uint64_t at = ROUND_DOWN(paddr, PAGE_SIZE_2M); at < end;)
        at += window_map_one(at, end);
    return phys_to_virt(paddr);
}

BOOT_CODE void paging_init(void)
{
    if (image_to_phys(kernel_end) > IMAGE_TABLES * PAGE_SIZE_2M)
        panic("the kernel's image is larger than its tables");
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);

    map_image(kernel_start, kernel_text_end, 0);
    map_image(kernel_text_end, kernel_rodata_end, PTE_NX);
    map_image(kernel_rodata_end, kernel_boot_start, PTE_WRITE | PTE_NX);
    map_image(kernel_boot_start, kernel_boot_end, PTE_WRITE); /* code and data, gone after boot */
    map_image(kernel_boot_end, kernel_end, PTE_WRITE | PTE_NX);
    *image_entry(boot_stack_guard) = 0;
    for (unsigned i = 0; segments_guard(i); i++)
        *image_entry(segments_guard(i)) = 0;
    for (unsigned i = 0; i < IMAGE_TABLES; i++)
        image_pd[i] = image_to_phys(image_pt[i]) | TABLE_FLAGS;
    device_pd[0] = image_to_phys(devmap_table) | TABLE_FLAGS;
    high_pdpt[table_index(KERNEL_BASE, 3)] = image_to_phys(image_pd) | TABLE_FLAGS;
    high_pdpt[table_index(DEVICE_WINDOW, 3)] = image_to_phys(device_pd) | TABLE_FLAGS;
    kernel_pml4[table_index(KERNEL_BASE, 4)] = image_to_phys(high_pdpt) | TABLE_FLAGS;

    /* The first MiB holds firmware tables, so it is mapped whatever the map says of it. */
    paging_window(0, MIB(1));
    for (unsigned i = 0; i < memmap_ram.count; i++) {
        const struct range *r = &memmap_ram.at[i];
        if (!paging_window(r->start, r->end - r->start))
            panic("RAM at 0x%lx is beyond what the kernel can reach", r->start);
    }
    write_cr3(image_to_phys(kernel_pml4));
}

void paging_drop_boot(void)
{
    /* cppcheck-suppress comparePointers ; the linker script's symbols name one object */
    for (const char *p = kernel_boot_start; p < kernel_boot_end; p += PAGE_SIZE_4K) {
        *image_entry(p) = 0;
        invlpg((uint64_t)p);
    }
}
