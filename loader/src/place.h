/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where each object's memory comes from.
 *
 * All sizes are powers of two and an untyped hands out its memory upwards, so placing the largest
 * objects first, each in the untyped with the least room that still fits, wastes nothing: whatever
 * can be placed at all is placed. Optional objects are given up from the last one backwards until
 * the rest fits.
 */
#pragma once

#include "plan.h"

struct place_untyped {
    seL4_CPtr cap;
    uint64_t paddr;
    uint64_t used; /* bytes from its start that are taken */
    uint8_t bits;
};

/* One step: `count` objects order[first] … from one untyped. They get adjacent slots. */
struct place_run {
    uint32_t first, count;
    uint32_t untyped;
};

struct placement {
    struct place_untyped *untypeds;
    uint32_t untyped_count;
    uint32_t *order; /* object indices, in the order in which to make them */
    uint32_t order_count;
    struct VEC(struct place_run) runs;
};

/*
 * The untyped with the least room that has `bytes` left, or untyped_count: for what must be made
 * before the plan is known, the loader's own lists.
 */
uint32_t place_bytes(const struct placement *p, uint64_t bytes);

/*
 * Fills in order and runs for all objects with memory. `untypeds` are the RAM blocks as they are
 * now; their `used` is advanced. Sets `left_out` of objects. 0, or -1 with loader_message set,
 * which then says who wants how much.
 */
int place_objects(struct placement *p, struct plan *plan);
