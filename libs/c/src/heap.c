/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbrk() over one contiguous heap, the first part of which is mapped when the program starts.
 * malloc() calls it with its lock held.
 */
#include <base/bits.h>
#include <errno.h>
#include <unistd.h>
#include <caisson/c.h>

/* Growing maps whole pages one by one, so it is done in larger steps. */
#define GROW_STEP KIB(64)

static uintptr_t heap_start, heap_break, heap_mapped, heap_limit;

void c_heap_init(void *start, size_t mapped, size_t limit)
{
    heap_start = heap_break = (uintptr_t)start;
    heap_mapped = heap_start + mapped;
    heap_limit = heap_start + MAX(limit, mapped);
}

static bool map_up_to(uintptr_t end)
{
    size_t step = ROUND_UP(end - heap_mapped, PAGE_SIZE_4K);
    if (step < GROW_STEP && heap_limit - heap_mapped >= GROW_STEP)
        step = GROW_STEP;
    if (!c_runtime.grow_heap)
        return false;
    heap_mapped += c_runtime.grow_heap(heap_mapped, step);
    return heap_mapped >= end;
}

void *sbrk(ptrdiff_t increment)
{
    uintptr_t old = heap_break;
    bool shrinks = increment < 0;
    size_t amount = shrinks ? -(size_t)increment : (size_t)increment;
    if (amount > (shrinks ? old - heap_start : heap_limit - old)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    uintptr_t new_break = shrinks ? old - amount : old + amount;
    if (new_break > heap_mapped && !map_up_to(new_break)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_break = new_break;
    return (void *)old;
}
