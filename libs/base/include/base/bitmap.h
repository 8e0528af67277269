/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of bits in an array of words, in as many steps as there are words.
 */
#pragma once

#include <base/string.h>
#include <stdbool.h>
#include <stdint.h>

static inline void bitmap_put(uint64_t *word, uint64_t mask, bool value)
{
    *word = value ? *word | mask : *word & ~mask;
}

/* Bits `first` to `last`, both included. */
static inline void bitmap_fill(uint64_t *map, unsigned first, unsigned last, bool value)
{
    unsigned a = first / 64, b = last / 64;
    uint64_t from = ~0ull << first % 64, to = ~0ull >> (63 - last % 64);
    if (a == b) {
        bitmap_put(&map[a], from & to, value);
        return;
    }
    bitmap_put(&map[a], from, value);
    bitmap_put(&map[b], to, value);
    memset(&map[a + 1], value ? 0xff : 0, (b - a - 1) * sizeof(*map));
}

/* True if any of them is set. */
static inline bool bitmap_any(const uint64_t *map, unsigned first, unsigned last)
{
    unsigned a = first / 64, b = last / 64;
    uint64_t from = ~0ull << first % 64, to = ~0ull >> (63 - last % 64);
    if (a == b)
        return map[a] & from & to;
    uint64_t any = (map[a] & from) | (map[b] & to);
    for (unsigned i = a + 1; i < b; i++)
        any |= map[i];
    return any != 0;
}
