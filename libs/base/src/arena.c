/* SPDX-License-Identifier: BSD-2-Clause */
#include <base/arena.h>
#include <base/bits.h>
#include <base/string.h>

#define ALIGNMENT      16
#define FIRST_CAPACITY 8

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = ROUND_UP(size, ALIGNMENT);
    if ((size_t)(arena->end - arena->next) < size) {
        size_t given = size;
        uint8_t *piece = arena->more(arena, &given);
        if (!piece)
            return NULL;
        if (piece != arena->end)
            arena->next = piece; /* what was left of the old piece is too small to bother */
        arena->end = piece + given;
    }
    void *memory = arena->next;
    arena->next += size;
    return memory;
}

_Bool vec_reserve(struct arena *arena, void **items, size_t count, size_t *capacity,
                  size_t item_size)
{
    if (count < *capacity)
        return 1;
    size_t more = *capacity ? *capacity * 2 : FIRST_CAPACITY;
    if (more > SIZE_MAX / 2 / item_size)
        return 0;
    void *grown = arena_alloc(arena, more * item_size);
    if (!grown)
        return 0;
    if (count)
        memcpy(grown, *items, count * item_size);
    *items = grown;
    *capacity = more;
    return 1;
}
