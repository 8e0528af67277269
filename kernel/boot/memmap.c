/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory while booting.
 */
#include "memmap.h"
#include "cpu/kstring.h"
#include "cpu/memory.h"
#include "cpu/print.h"

#include <stddef.h>

#define PAGE_SIZE   4096ul
/* Until the real window stands, only the first 4 GiB can be reached (entry.S). */
#define EARLY_LIMIT (4ul << 30)

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
            start = x->start < start ? x->start : start;
            end = x->end > end ? x->end : end;
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
    start = (start + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    end &= ~(PAGE_SIZE - 1);
    ranges_add(&memmap_ram, start, end);
    ranges_add(&memmap_free, start, end);
}

BOOT_CODE void memmap_add_other(uint64_t start, uint64_t end)
{
    start &= ~(PAGE_SIZE - 1);
    end = end > -PAGE_SIZE ? -PAGE_SIZE : (end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    ranges_remove(&memmap_ram, start, end);
    ranges_remove(&memmap_free, start, end);
}

/* The tightest piece is taken, so that the large ones stay whole for user programs. */
BOOT_CODE void *boot_alloc(uint64_t size, uint64_t align)
{
    size = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    align = align < PAGE_SIZE ? PAGE_SIZE : align;
    uint64_t best = 0, best_room = ~0ul;
    for (unsigned i = 0; i < memmap_free.count; i++) {
        const struct range *x = &memmap_free.at[i];
        uint64_t at = (x->start + align - 1) & ~(align - 1);
        uint64_t end = x->end < EARLY_LIMIT ? x->end : EARLY_LIMIT;
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
