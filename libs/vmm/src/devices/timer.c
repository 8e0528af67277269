/* SPDX-License-Identifier: BSD-2-Clause */
#include <vmm/timer.h>

#include <errno.h>
#include <string.h>

void clock_init(struct clock *clock, uint64_t (*now)(void *), void *ctx, uint64_t hz)
{
    *clock = (struct clock){now, ctx, hz};
}

void timers_init(struct timers *timers, const struct clock *clock)
{
    memset(timers, 0, sizeof(*timers));
    timers->next = TIMER_NEVER;
    timers->gap = clock_from_ns(clock, TIMER_GAP_NS);
}

void timer_init(struct timer *timer, struct timers *timers, void (*fire)(void *, uint64_t),
                void *ctx)
{
    *timer = (struct timer){TIMER_NEVER, fire, ctx, timers, .pace = {0}};
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
        next = MIN(next, timers->timer[i]->deadline);
    timers->next = next;
}

void timer_arm(struct timer *timer, uint64_t deadline)
{
    timer->deadline = MAX(deadline, pace_next(&timer->pace, TIMER_BURST * timer->owner->gap));
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
            pace_charge(&timer->pace, now, timers->gap);
            timer->fire(timer->ctx, now);
        }
    }
    timers_find_next(timers);
}
