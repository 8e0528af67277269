/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much of something a client may cause that costs others: so much in the long run, and after a
 * rest some of it at once. Times and costs are in ticks; what costs 100 may happen once in 100
 * ticks, or `burst` / 100 times in a row (a leaky bucket: ITU-T I.371, "generic cell rate
 * algorithm").
 */
#pragma once

#include <base/bits.h>

#include <stdint.h>

struct pace {
    uint64_t paid; /* when all that was caused will have been paid for */
};

/* From when on it may cause more. */
static inline uint64_t pace_next(const struct pace *pace, uint64_t burst)
{
    return pace->paid > burst ? pace->paid - burst : 0;
}

static inline void pace_charge(struct pace *pace, uint64_t now, uint64_t cost)
{
    pace->paid = MAX(pace->paid, now) + cost;
}
