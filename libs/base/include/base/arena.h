/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that only grows and is given back at once, and vectors in it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *next, *end;
    /*
     * Supplied by the owner: a zeroed piece of at least `*size` bytes, aligned to 16; its length
     * comes back in `*size`. A piece that starts where the last one ended extends it. It may return
     * NULL, which arena_alloc() then does, too, or not return.
     */
    void *(*more)(struct arena *arena, size_t *size);
    void *pieces; /* the owner's, to give them back */
};

/* `size` zeroed bytes, aligned to 16, or NULL where the owner has no more. */
void *arena_alloc(struct arena *arena, size_t size);

/* A vector: `struct VEC(struct thing) things;`. Zeroed memory is an empty one. */
#define VEC(type)                                                                                  \
    {                                                                                              \
        type *items;                                                                               \
        size_t count, capacity;                                                                    \
    }

/*
 * A new, zeroed item at the end, or NULL as arena_alloc(). The items move when the vector grows, so
 * keep indices, not pointers. `vec` is evaluated several times.
 */
#define VEC_ADD(arena, vec)                                                                        \
    (vec_reserve((arena), (void **)&(vec)->items, (vec)->count, &(vec)->capacity,                  \
                 sizeof(*(vec)->items))                                                            \
         ? &(vec)->items[(vec)->count++]                                                           \
         : NULL)

/* Room for one more item; false as arena_alloc() says NULL. */
_Bool vec_reserve(struct arena *arena, void **items, size_t count, size_t *capacity,
                  size_t item_size);
