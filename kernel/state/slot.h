/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where capabilities lie: a slot is a capability and its place in the derivation list, of which
 * object/derivation.h tells.
 */
#pragma once

#include "state/cap.h"

#include <sel4/constants.h>

struct slot {
    struct cap cap;
    uint64_t next : 48;
    uint64_t original : 1;
    uint64_t note_low : 15; /* zombies: see below */
    uint64_t prev : 48;
    uint64_t note_high : 16;
};

_Static_assert(sizeof(struct slot) == 1 << seL4_SlotBits, "the size of a slot");

#define CNODE_RADIX_MAX 30 /* so that a zombie's count fits in 31 bits */

static inline struct slot *slot_next(const struct slot *slot)
{
    return (struct slot *)((int64_t)((uint64_t)slot->next << 16) >> 16);
}

static inline struct slot *slot_prev(const struct slot *slot)
{
    return (struct slot *)((int64_t)((uint64_t)slot->prev << 16) >> 16);
}

static inline bool slot_is_empty(const struct slot *slot)
{
    return slot->cap.type == CAP_NULL;
}

/* Zombies outside of their containers: how many of its slots are still to be cleared. */
static inline unsigned slot_zombie_left(const struct slot *slot)
{
    return slot->note_low | (unsigned)slot->note_high << 15;
}

static inline void slot_zombie_set_left(struct slot *slot, unsigned left)
{
    slot->note_low = left & 0x7fff;
    slot->note_high = left >> 15;
}

/*
 * Zombies inside: the one before it in the list; NULL for a root. Of the address, which is even,
 * bits 1 to 16 stand in the capability and bits 17 to 47 in the note.
 */
static inline struct slot *slot_zombie_previous(const struct slot *slot)
{
    uint64_t bits = slot->cap.data >> ZOMBIE_NEXT_BITS | (uint64_t)slot_zombie_left(slot) << 16;
    return (struct slot *)((int64_t)(bits << 17) >> 16);
}

static inline void slot_zombie_set_previous(struct slot *slot, const struct slot *previous)
{
    uint64_t bits = (uint64_t)previous >> 1 & MASK(47);
    slot->cap.data = (slot->cap.data & MASK(ZOMBIE_NEXT_BITS)) | bits << ZOMBIE_NEXT_BITS;
    slot_zombie_set_left(slot, (unsigned)(bits >> 16));
}
