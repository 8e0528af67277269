/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdint.h>
#include <utils/time.h>

typedef uint64_t freq_t;

#define HZ  1ull
#define KHZ (1000 * HZ)
#define MHZ (1000 * KHZ)
#define GHZ (1000 * MHZ)

/* Without overflow where the result fits. */
static inline uint64_t freq_cycles_and_hz_to_ns(uint64_t cycles, freq_t hz)
{
    return (unsigned __int128)cycles * NS_IN_S / hz;
}

static inline uint64_t freq_ns_and_hz_to_cycles(uint64_t ns, freq_t hz)
{
    return (unsigned __int128)ns * hz / NS_IN_S;
}
