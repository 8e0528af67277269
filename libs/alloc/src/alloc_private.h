/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the allocator's files share: the record type and the operations on records and slots that
 * expect the lock to be held.
 */
#pragma once

#include <alloc/alloc.h>
#include <errno.h>

/*
 * One untyped block, a run of objects made from one, or a run of free slots. Blocks form a tree:
 * halves point to the block they were split from, objects to the block they fill.
 */
struct alloc_record {
    struct list_link link;        /* in the list that `state` implies */
    struct alloc_record *parent;  /* NULL for an untyped that was given */
    struct alloc_record *sibling; /* the other half */
    seL4_CPtr cptr;               /* the untyped, or the first object's or free slot */
    uint64_t paddr;
    uint32_t count; /* objects, or free slots */
    uint8_t bits;   /* of the block */
    enum {
        ALLOC_FREE, /* in free[bits], or in devices */
        ALLOC_SPLIT,
        ALLOC_USED,
        ALLOC_OBJECTS,
        ALLOC_SLOTS
    } state : 8;
    bool device;
};

/* Splitting from the largest block to the smallest takes two records a level. */
#define ALLOC_SPARE_LOW (2 * ALLOC_MAX_BITS + 8)

int alloc_errno(seL4_Error error);

struct alloc_record *alloc_record_new(struct alloc *a);
void alloc_record_free(struct alloc *a, struct alloc_record *record);
/* Before an operation, so that it cannot run out of records half-way. */
int alloc_records_refill(struct alloc *a);

/* `count` adjacent empty slots. */
int alloc_slots_take(struct alloc *a, unsigned count, seL4_CPtr *first);
int alloc_slots_return(struct alloc *a, seL4_CPtr first, unsigned count);
/* Deletes `count` capabilities and takes the slots back. */
void alloc_slots_delete(struct alloc *a, seL4_CPtr first, unsigned count);

/* Takes a free block of exactly `bits` out of the lists, splitting as needed. */
int alloc_block_take(struct alloc *a, unsigned bits, struct alloc_record **block);
int alloc_block_take_device(struct alloc *a, uint64_t paddr, unsigned bits,
                            struct alloc_record **block);
/* Takes back a block that nothing fills any more; joins it with its sibling if that is free. */
void alloc_block_return(struct alloc *a, struct alloc_record *block);

static inline void alloc_lock(struct alloc *a)
{
    if (a->config.lock)
        a->config.lock();
}

static inline void alloc_unlock(struct alloc *a)
{
    if (a->config.unlock)
        a->config.unlock();
}
