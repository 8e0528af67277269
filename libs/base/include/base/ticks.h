/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ticks of a counter and nanoseconds, exactly: nothing is rounded twice, so a deadline that goes
 * there and back is neither early nor, after years, late. For rates of up to 18 GHz.
 */
#pragma once

#include <stdint.h>

#define NS_PER_SECOND 1000000000ull

static inline uint64_t ticks_to_ns(uint64_t ticks, uint64_t hz)
{
    return ticks / hz * NS_PER_SECOND + ticks % hz * NS_PER_SECOND / hz;
}

/* The first tick at which `ns` have passed; UINT64_MAX where there is none. */
static inline uint64_t ticks_from_ns(uint64_t ns, uint64_t hz)
{
    uint64_t seconds = ns / NS_PER_SECOND, rest = ns % NS_PER_SECOND;

    if (seconds >= UINT64_MAX / hz)
        return UINT64_MAX;
    return seconds * hz + (rest * hz + NS_PER_SECOND - 1) / NS_PER_SECOND;
}
