/* SPDX-License-Identifier: BSD-2-Clause */
#include "devmap.h"
#include "memory.h"
#include "print.h"
#include <base/bits.h>

#define DEVICE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_PCD | PTE_PWT | PTE_GLOBAL | PTE_NX)

uint64_t devmap_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE_4K)));
static unsigned page_count;

BOOT_CODE volatile void *devmap(uint64_t paddr, size_t size)
{
    uint64_t first = ROUND_DOWN(paddr, PAGE_SIZE_4K);
    unsigned pages = (unsigned)(ROUND_UP(paddr + size - first, PAGE_SIZE_4K) / PAGE_SIZE_4K);
    if (page_count + pages > TABLE_ENTRIES)
        panic("no room to map the device registers at 0x%lx", paddr);
    char *at = (char *)DEVICE_WINDOW + page_count * PAGE_SIZE_4K;
    for (unsigned i = 0; i < pages; i++)
        devmap_table[page_count++] = (first + i * PAGE_SIZE_4K) | DEVICE_FLAGS;
    return at + paddr % PAGE_SIZE_4K;
}

BOOT_CODE bool devmap_page(unsigned i, uint64_t *paddr)
{
    *paddr = i < page_count ? devmap_table[i] & PTE_ADDRESS : 0;
    return i < page_count;
}
