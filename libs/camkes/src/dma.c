/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for devices (`dma_pool`, seL4DMASharedData): frames of which the kernel tells where they
 * are in physical memory. What is free is kept in a list beside that memory, which a device or a
 * peer may write to; a free extent never crosses a place where physical addresses jump.
 */
#include "camkes_private.h"

#include <base/bits.h>
#include <caisson/lock.h>
#include <camkes/dma.h>
#include <errno.h>
#include <stdlib.h>

#define GRAIN 64u /* bytes, a cache line */

struct pool {
    struct pool *next;
    uintptr_t start;
    size_t size;
    unsigned frame_bits;
    uintptr_t frames[]; /* physical addresses */
};

struct extent {
    struct extent *next; /* upwards */
    uintptr_t start;
    size_t size;
};

static struct pool *pools;
static struct extent *extents;
static struct c_lock lock;

static uintptr_t physical(uintptr_t address)
{
    for (const struct pool *pool = pools; pool; pool = pool->next) {
        uintptr_t offset = address - pool->start;
        if (address >= pool->start && offset < pool->size)
            return pool->frames[offset >> pool->frame_bits] + (offset & MASK(pool->frame_bits));
    }
    return 0;
}

/* Makes it free; joins it with its neighbours. -ENOMEM: then it stays out of use. */
static int give(uintptr_t start, size_t size)
{
    struct extent **at = &extents, *before = NULL;
    while (*at && (*at)->start < start) {
        before = *at;
        at = &before->next;
    }
    struct extent *after = *at;
    bool joins_before = before && before->start + before->size == start &&
                        physical(start - 1) + 1 == physical(start);
    bool joins_after = after && start + size == after->start &&
                       physical(start + size - 1) + 1 == physical(after->start);
    if (joins_before) {
        before->size += size;
        if (joins_after) {
            before->size += after->size;
            before->next = after->next;
            free(after);
        }
        return 0;
    }
    if (joins_after) {
        after->start = start;
        after->size += size;
        return 0;
    }
    struct extent *extent = malloc(sizeof(*extent));
    if (!extent)
        return -ENOMEM;
    *extent = (struct extent){after, start, size};
    *at = extent;
    return 0;
}

int camkes_dma_add(const struct camkes_region *region, bool to_allocate)
{
    struct pool *pool = calloc(1, sizeof(*pool) + region->frame_count * sizeof(pool->frames[0]));
    if (!pool)
        return -ENOMEM;
    pool->start = (uintptr_t)region->vaddr;
    pool->frame_bits = region->frame_bits;
    pool->size = region->frame_count << region->frame_bits;
    for (size_t i = 0; i < region->frame_count; i++) {
        seL4_X86_Page_GetAddress_t address = seL4_X86_Page_GetAddress(region->frames[i]);
        if (address.error) {
            free(pool);
            return -EPERM;
        }
        pool->frames[i] = address.paddr;
    }
    c_lock_acquire(&lock);
    pool->next = pools;
    pools = pool;
    int error = 0;
    for (size_t i = 0; to_allocate && i < region->frame_count && !error; i++)
        error = give(pool->start + (i << pool->frame_bits), BIT(pool->frame_bits));
    (void)c_lock_release(&lock);
    return error;
}

/* Where in the extent `size` bytes fit; 0 = nowhere. Beyond a page, the physical address counts. */
static uintptr_t fit(const struct extent *extent, size_t size, size_t align)
{
    uintptr_t base = align > PAGE_SIZE_4K ? physical(extent->start) : extent->start;
    size_t skip = ROUND_UP(base, align) - base;
    return skip <= extent->size && size <= extent->size - skip ? extent->start + skip : 0;
}

/* Takes [start, start + size) out of the extent at `*at`. */
static bool take(struct extent **at, uintptr_t start, size_t size)
{
    struct extent *extent = *at;
    uintptr_t end = extent->start + extent->size;
    if (start > extent->start && start + size < end) {
        struct extent *rest = malloc(sizeof(*rest));
        if (!rest)
            return false;
        *rest = (struct extent){extent->next, start + size, end - start - size};
        extent->next = rest;
        extent->size = start - extent->start;
    } else if (start > extent->start) {
        extent->size = start - extent->start;
    } else if (start + size < end) {
        extent->start = start + size;
        extent->size = end - start - size;
    } else {
        *at = extent->next;
        free(extent);
    }
    return true;
}

void *camkes_dma_alloc(size_t size, int align, ...)
{
    size_t alignment = align > (int)GRAIN ? (size_t)align : GRAIN;
    if (size == 0 || size > SIZE_MAX - GRAIN || (alignment & (alignment - 1)) != 0)
        return NULL;
    size = ROUND_UP(size, GRAIN);
    uintptr_t start = 0;
    c_lock_acquire(&lock);
    for (struct extent **at = &extents; *at && start == 0; at = &(*at)->next) {
        start = fit(*at, size, alignment);
        if (start != 0) {
            if (!take(at, start, size))
                start = 0;
            break;
        }
    }
    (void)c_lock_release(&lock);
    return (void *)start;
}

void camkes_dma_free(void *ptr, size_t size)
{
    uintptr_t start = (uintptr_t)ptr;
    if (!ptr || size == 0 || size > SIZE_MAX - GRAIN)
        return;
    size = ROUND_UP(size, GRAIN);
    c_lock_acquire(&lock);
    int error = 0;
    if (start % GRAIN || physical(start) == 0 || physical(start + size - 1) == 0)
        error = -EINVAL;
    for (const struct extent *e = extents; e && !error; e = e->next)
        if (start < e->start + e->size && e->start < start + size)
            error = -EINVAL;
    if (!error)
        error = give(start, size);
    (void)c_lock_release(&lock);
    if (error)
        camkes_error(error == -ENOMEM ? CE_ALLOCATION_FAILURE : CE_OVERFLOW, "",
                     "this DMA memory cannot be freed", error);
}

uintptr_t camkes_dma_get_paddr(void *ptr)
{
    c_lock_acquire(&lock);
    uintptr_t address = physical((uintptr_t)ptr);
    (void)c_lock_release(&lock);
    return address;
}

void camkes_dma_start(void)
{
    if (camkes_instance.dma && camkes_dma_add(camkes_instance.dma, true) != 0)
        camkes_error(CE_ALLOCATION_FAILURE, "", "the DMA pool could not be set up", -ENOMEM);
}
