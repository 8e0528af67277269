/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for the loader's own lists. It only grows; where it comes from is up to arena_more(),
 * which memory.c implements with frames and the host tests with malloc().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* `size` zeroed bytes, 16-byte aligned, or NULL with loader_message set. */
void *arena_alloc(size_t size);

/*
 * Supplied by the program: a piece of at least `size` bytes; its length in `*given`. A piece that
 * starts where the last one ended extends it. NULL with loader_message set where there is no more.
 */
void *arena_more(size_t size, size_t *given);

/* A list that grows. `items` moves when it does, so keep indices, not pointers. */
struct list {
    void *items;
    uint32_t count, capacity;
    uint32_t item_size;
};

/* Appends a zeroed item and returns it, or NULL with loader_message set. */
void *list_add(struct list *list);

#define LIST_OF(type)    ((struct list){.item_size = sizeof(type)})
#define LIST_AT(l, t, i) (&((t *)(l).items)[i])
