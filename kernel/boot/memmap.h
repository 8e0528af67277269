/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory while booting: what is RAM, what of it is still free, and taking from it. After
 * boot all of it belongs to untyped capabilities and this bookkeeping is gone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX 128

/* [start, end), page-aligned; sorted by address, apart from each other. */
struct range {
    uint64_t start, end;
};

struct ranges {
    unsigned count;
    struct range at[RANGES_MAX];
};

extern struct ranges memmap_ram;  /* all usable RAM */
extern struct ranges memmap_free; /* what nobody holds yet */

void ranges_add(struct ranges *r, uint64_t start, uint64_t end);
void ranges_remove(struct ranges *r, uint64_t start, uint64_t end);
/* True if the page at `paddr` lies in one of them. */
bool ranges_contain(const struct ranges *r, uint64_t paddr);

/* Boot: notes one region of the loader's memory map. RAM first, then everything else. */
void memmap_add_ram(uint64_t start, uint64_t end);
void memmap_add_other(uint64_t start, uint64_t end);

/*
 * Takes `size` bytes, rounded up to pages, zeroed, aligned to `align`, a power of two; panics if
 * there are none.
 */
void *boot_alloc(uint64_t size, uint64_t align);
