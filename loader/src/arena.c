/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bump allocator and growing lists on top of it.
 */
#include "arena.h"

#include <string.h>

static uint8_t *arena_next, *arena_end;

void *arena_alloc(size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if ((size_t)(arena_end - arena_next) < size) {
        size_t given = 0;
        uint8_t *more = arena_more(size, &given);
        if (!more)
            return NULL;
        if (more != arena_end)
            arena_next = more; /* what was left of the old piece is too small to bother */
        arena_end = more + given;
    }
    void *result = arena_next;
    arena_next += size;
    memset(result, 0, size);
    return result;
}

void *list_add(struct list *list)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 64;
        void *items = arena_alloc((size_t)capacity * list->item_size);
        if (!items)
            return NULL;
        if (list->count)
            memcpy(items, list->items, (size_t)list->count * list->item_size);
        list->items = items;
        list->capacity = capacity;
    }
    return (uint8_t *)list->items + (size_t)list->count++ * list->item_size;
}
