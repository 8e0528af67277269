/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time as device models see it: a clock, and deadlines at which they are called. All times are in
 * ticks of the time stamp counter.
 */
#pragma once

#include <base/pace.h>
#include <base/ticks.h>

#include <stdint.h>

struct clock {
    uint64_t (*now)(void *ctx); /* ticks */
    void *ctx;
    uint64_t hz;
};

void clock_init(struct clock *clock, uint64_t (*now)(void *), void *ctx, uint64_t hz);

static inline uint64_t clock_now(const struct clock *clock)
{
    return clock->now(clock->ctx);
}

static inline uint64_t clock_to_ns(const struct clock *clock, uint64_t ticks)
{
    return ticks_to_ns(ticks, clock->hz);
}

static inline uint64_t clock_from_ns(const struct clock *clock, uint64_t ns)
{
    return ticks_from_ns(ns, clock->hz);
}

#define TIMER_NEVER UINT64_MAX
#define TIMERS_MAX  16

/*
 * However short a period the guest sets, a timer fires at most once in so long, but for so many
 * times in a row after a rest: each firing costs the machine a wake-up.
 */
#define TIMER_GAP_NS 100000ull
#define TIMER_BURST  16

/* One deadline of one device. It fires once; fire() arms it again if it wants to. */
struct timer {
    uint64_t deadline;
    void (*fire)(void *ctx, uint64_t now);
    void *ctx;
    struct timers *owner;
    struct pace pace;
};

/* All timers of one machine; `next` is the earliest deadline and costs one comparison to test. */
struct timers {
    uint64_t next;
    uint64_t gap; /* TIMER_GAP_NS in ticks */
    unsigned count;
    struct timer *timer[TIMERS_MAX];
};

void timers_init(struct timers *timers, const struct clock *clock);
/* Its state after power-on; a device does it again at each reset. */
void timer_init(struct timer *timer, struct timers *timers, void (*fire)(void *, uint64_t),
                void *ctx);
/* Have it run, once and for all: 0, or -ENOSPC beyond TIMERS_MAX of them. */
int timers_add(struct timer *timer);
/* At `deadline`, or as soon after it as the timer may fire again. */
void timer_arm(struct timer *timer, uint64_t deadline);
void timer_disarm(struct timer *timer);
/* Fire everything that is due at `now`. */
void timers_run(struct timers *timers, uint64_t now);
