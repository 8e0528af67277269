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
    uint64_t left_low : 15; /* zombies: slots still to be cleared, low part */
    uint64_t prev : 48;
    uint64_t left_high : 16;
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

/* Zombies only: how many of the container's slots are still to be cleared. */
static inline unsigned slot_zombie_left(const struct slot *slot)
{
    return slot->left_low | (unsigned)slot->left_high << 15;
}

static inline void slot_zombie_set_left(struct slot *slot, unsigned left)
{
    slot->left_low = left & 0x7fff;
    slot->left_high = left >> 15;
}
