/* SPDX-License-Identifier: BSD-2-Clause */
#include <vmm/timer.h>

#include <errno.h>
#include <string.h>

#define NS_PER_S 1000000000ull

void clock_init(struct clock *clock, uint64_t (*now)(void *), void *ctx, uint64_t hz)
{
    clock->now = now;
    clock->ctx = ctx;
    clock->hz = hz;
    clock->ns_per_tick = (NS_PER_S << CLOCK_SHIFT) / hz;
    clock->ticks_per_ns = (uint64_t)(((unsigned __int128)hz << CLOCK_SHIFT) / NS_PER_S);
}

void timers_init(struct timers *timers)
{
    memset(timers, 0, sizeof(*timers));
    timers->next = TIMER_NEVER;
}

void timer_init(struct timer *timer, struct timers *timers, void (*fire)(void *, uint64_t),
                void *ctx)
{
    timer->deadline = TIMER_NEVER;
    timer->fire = fire;
    timer->ctx = ctx;
    timer->owner = timers;
}

int timers_add(struct timer *timer)
{
    struct timers *timers = timer->owner;

    if (timers->count == TIMERS_MAX)
        return -ENOSPC;
    timers->timer[timers->count++] = timer;
    return 0;
}

static void timers_find_next(struct timers *timers)
{
    uint64_t next = TIMER_NEVER;

    for (unsigned i = 0; i < timers->count; i++)
        if (timers->timer[i]->deadline < next)
            next = timers->timer[i]->deadline;
    timers->next = next;
}

void timer_arm(struct timer *timer, uint64_t deadline)
{
    timer->deadline = deadline;
    timers_find_next(timer->owner);
}

void timer_disarm(struct timer *timer)
{
    timer_arm(timer, TIMER_NEVER);
}

void timers_run(struct timers *timers, uint64_t now)
{
    for (unsigned i = 0; i < timers->count; i++) {
        struct timer *timer = timers->timer[i];

        if (timer->deadline <= now) {
            timer->deadline = TIMER_NEVER;
            timer->fire(timer->ctx, now);
        }
    }
    timers_find_next(timers);
}
