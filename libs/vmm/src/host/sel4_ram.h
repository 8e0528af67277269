/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the RAM of a guest that is shown dataports, or has devices, is backed: for each 2 MiB of it,
 * one frame or 512.
 */
#pragma once

#include <vmm/sel4_host.h>

#include <alloc/alloc.h>
#include <sel4/sel4.h>

#define REGION_PAGES (PAGE_SIZE_2M / PAGE_SIZE_4K)

/* Of a region in small pages. */
struct sel4_pages {
    seL4_CPtr frame;              /* the first of a run, if the region has been broken up */
    seL4_CPtr table, guest_table; /* the same */
    seL4_CPtr copy[REGION_PAGES]; /* as the guest has it mapped */
};

struct sel4_region {
    seL4_CPtr frame, copy; /* the large one, as monitor and guest have it mapped */
    struct sel4_pages *pages;
    unsigned shown; /* small pages of dataports */
};

struct sel4_ram {
    uint64_t low_regions; /* BOOT_LOW_RAM_MAX is one of whole regions */
    struct sel4_region region[];
};

/* In the hole there is nothing. */
static inline bool sel4_region_is_whole(const struct sel4_region *region)
{
    return !region->pages && region->frame;
}

static inline bool sel4_ram_is_noted(const struct sel4_host *host)
{
    return host->shares || host->devices;
}

static inline struct sel4_region *sel4_region(struct sel4_ram *ram, uint64_t address)
{
    return &ram->region[address < GUEST_HIGH_BASE
                            ? address / PAGE_SIZE_2M
                            : ram->low_regions + (address - GUEST_HIGH_BASE) / PAGE_SIZE_2M];
}

/* All of it into small pages, for good. 0 or a negative errno. */
int sel4_ram_break_up(struct sel4_host *host, const struct guest_memory *memory);
