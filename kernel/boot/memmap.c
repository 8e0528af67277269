/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory while booting.
 */
#include "memmap.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include <base/bits.h>
#include <base/string.h>

#include <stddef.h>

/* Until the real window stands, only the first 4 GiB can be reached (entry.S). */
#define EARLY_LIMIT GIB(4)

BOOT_DATA struct ranges memmap_ram = {0};
BOOT_DATA struct ranges memmap_free = {0};

static BOOT_CODE void range_insert(struct ranges *r, unsigned i, uint64_t start, uint64_t end)
{
    if (r->count == RANGES_MAX)
        panic("the memory map has more than %d pieces", RANGES_MAX);
    memmove(&r->at[i + 1], &r->at[i], (r->count - i) * sizeof(r->at[0]));
    r->at[i] = (struct range){start, end};
    r->count++;
}

static BOOT_CODE void range_erase(struct ranges *r, unsigned i)
{
    r->count--;
    memmove(&r->at[i], &r->at[i + 1], (r->count - i) * sizeof(r->at[0]));
}

BOOT_CODE void ranges_add(struct ranges *r, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    /* Swallow all that overlap or touch, then put the whole in its place. */
    for (unsigned i = 0; i < r->count;) {
        struct range *x = &r->at[i];
        if (x->start <= end && start <= x->end) {
            start = MIN(start, x->start);
            end = MAX(end, x->end);
            range_erase(r, i);
        } else {
            i++;
        }
    }
    unsigned i = 0;
    while (i < r->count && r->at[i].start < start)
        i++;
    range_insert(r, i, start, end);
}

BOOT_CODE void ranges_remove(struct ranges *r, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; start < end && i < r->count;) {
        struct range x = r->at[i];
        if (x.end <= start || end <= x.start) {
            i++;
            continue;
        }
        range_erase(r, i);
        if (x.start < start)
            range_insert(r, i++, x.start, start);
        if (end < x.end)
            range_insert(r, i++, end, x.end);
    }
}

BOOT_CODE bool ranges_contain(const struct ranges *r, uint64_t paddr)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->at[i].start <= paddr && paddr < r->at[i].end)
            return true;
    return false;
}

/* Only whole pages are RAM; what shares a page with something else is something else. */
BOOT_CODE void memmap_add_ram(uint64_t start, uint64_t end)
{
    start = ROUND_UP(start, PAGE_SIZE_4K);
    end = ROUND_DOWN(end, PAGE_SIZE_4K);
    ranges_add(&memmap_ram, start, end);
    ranges_add(&memmap_free, start, end);
}

BOOT_CODE void memmap_add_other(uint64_t start, uint64_t end)
{
    start = ROUND_DOWN(start, PAGE_SIZE_4K);
    end = ROUND_UP(MIN(end, -PAGE_SIZE_4K), PAGE_SIZE_4K);
    ranges_remove(&memmap_ram, start, end);
    ranges_remove(&memmap_free, start, end);
}

/* The tightest piece is taken, so that the large ones stay whole for user programs. */
BOOT_CODE void *boot_alloc(uint64_t size, uint64_t align)
{
    size = ROUND_UP(size, PAGE_SIZE_4K);
    align = MAX(align, PAGE_SIZE_4K);
    uint64_t best = 0, best_room = ~0ul;
    for (unsigned i = 0; i < memmap_free.count; i++) {
        const struct range *x = &memmap_free.at[i];
        uint64_t at = ROUND_UP(x->start, align);
        uint64_t end = MIN(x->end, EARLY_LIMIT);
        if (at < end && end - at >= size && x->end - x->start < best_room) {
            best = at;
            best_room = x->end - x->start;
        }
    }
    if (best == 0)
        panic("not enough memory: booting needs %lu more bytes in one piece", size);
    ranges_remove(&memmap_free, best, best + size);
    return memset(phys_to_virt(best), 0, size);
}
