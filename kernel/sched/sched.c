/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler. See sched.h.
 *
 * A thread that is woken is not queued at once: the most urgent one of a kernel entry is kept as
 * the core's candidate, so that the usual case (wake a server, then block) switches without
 * touching the queues. sched_choose() settles it.
 *
 * A thread with time left in its slice stands before its equals, whether it was preempted or woken;
 * one whose slice is over, or that starts, stands after them, and gets a new slice for its turn.
 * Time counts only while an equal waits. A server that the fast path goes on with runs on its
 * caller's slice.
 */
#include "sched/sched.h"
#include "cpu/lapic.h"
#include "cpu/print.h"
#include "cpu/tsc.h"
#include "cpu/x86.h"
#include "sched/switch.h"
#include <base/string.h>

#include <sel4/config.h>

static void note_ready(struct ready_queues *r, struct tcb *t)
{
    r->level[t->priority / 64] |= BIT(t->priority % 64);
    r->top |= BIT(t->priority / 64);
    t->queued = true;
}

/* Where its slice says. */
static void enqueue(struct core *core, struct tcb *t)
{
    struct list *queue = &core->ready.queue[t->priority];
    kassert(!t->queued && tcb_is_runnable(t));
    if (t->slice != 0)
        list_prepend(queue, &t->ready);
    else
        list_append(queue, &t->ready);
    note_ready(&core->ready, t);
}

static void take_out(struct core *core, struct tcb *t)
{
    struct ready_queues *r = &core->ready;
    struct list *queue = &r->queue[t->priority];

    list_remove(queue, &t->ready);
    if (list_is_empty(queue)) {
        r->level[t->priority / 64] &= ~BIT(t->priority % 64);
        if (r->level[t->priority / 64] == 0)
            r->top &= ~BIT(t->priority / 64);
    }
    t->queued = false;
}

/* The first thread of the highest priority that has any. */
static struct tcb *highest(const struct core *core)
{
    const struct ready_queues *r = &core->ready;
    if (r->top == 0)
        return NULL;
    unsigned word = 63 - (unsigned)__builtin_clzll(r->top);
    unsigned priority = word * 64 + 63 - (unsigned)__builtin_clzll(r->level[word]);
    return LIST_FIRST(&r->queue[priority], struct tcb, ready);
}

void sched_enqueue(struct tcb *t)
{
    struct core *core = this_core();
    enqueue(core, t);
    core->reschedule = true;
}

void sched_dequeue(struct tcb *t)
{
    struct core *core = this_core();
    if (t->queued)
        take_out(core, t);
    if (core->candidate == t)
        core->candidate = NULL;
    if (core->slice_owner == t)
        core->slice_owner = NULL;
    t->slice = 0;
}

void sched_wake(struct tcb *t)
{
    struct core *core = this_core();
    if (t == core->current || t->queued)
        return;
    core->reschedule = true;
    if (!core->candidate) {
        core->candidate = t;
    } else if (t->priority > core->candidate->priority) {
        enqueue(core, core->candidate);
        core->candidate = t;
    } else if (t != core->candidate) {
        enqueue(core, t);
    }
}

void sched_reschedule(void)
{
    this_core()->reschedule = true;
}

void sched_yield(void)
{
    struct core *core = this_core();
    if (list_is_empty(&core->ready.queue[core->current->priority]))
        return; /* alone in its priority */
    core->current->slice = 0;
    core->reschedule = true;
}

/* --- Slices --- */
static uint64_t full_slice(void)
{
    return tsc_hz / 1000 * CONFIG_TIMER_TICK_MS;
}

/* The slice of whom it is counted for gets shorter by the time that has passed. */
static void take_time(struct core *core)
{
    struct tcb *owner = core->slice_owner;
    if (!owner)
        return;
    uint64_t now = rdtsc(), passed = now - core->slice_start;
    core->slice_start = now;
    owner->slice -= MIN(owner->slice, passed);
}

/* The timer shall interrupt after `ticks` of the TSC, or earlier. */
static void want_tick(struct core *core, uint64_t now, uint64_t ticks)
{
    if (core->tick != 0 && core->tick <= now + ticks)
        return;
    core->tick = now + ticks;
    lapic_timer_oneshot(ticks / (tsc_hz / 1000000) + 1);
}

void sched_want_tick(void)
{
    struct core *core = this_core();
    if (core->tick == 0)
        want_tick(core, rdtsc(), full_slice());
}

void sched_tick(void)
{
    struct core *core = this_core();
    core->tick = 0;
    core->reschedule = true;
}

/* The running thread's slice begins, or goes on; it counts while an equal waits. */
static void run_slice(struct core *core)
{
    struct tcb *t = core->current;
    if (t->slice == 0)
        t->slice = full_slice();
    if (t == &core->idle || list_is_empty(&core->ready.queue[t->priority])) {
        core->slice_owner = NULL;
        return;
    }
    if (!core->slice_owner)
        core->slice_start = rdtsc();
    core->slice_owner = t;
    want_tick(core, core->slice_start, t->slice);
}

void sched_set_priority(struct tcb *t, unsigned priority)
{
    struct core *core = this_core();
    if (t->queued) {
        take_out(core, t);
        t->priority = (uint8_t)priority;
        enqueue(core, t);
    } else {
        t->priority = (uint8_t)priority;
    }
    core->reschedule = true;
}

static void switch_to(struct tcb *t)
{
    struct core *core = this_core();
    struct tcb *before = core->current;
    core->current = t;
    if (t == &core->idle)
        return; /* it needs neither address space nor registers of its own */
    context_switch(core, t);
    if (before == &core->idle)
        vspace_load(core, t);
    else
        vspace_switch(core, before, t);
    fpu_take(core, t);
}

/* Of the woken thread and the queues' first, the more urgent one; the other is in the queues. */
static struct tcb *next_thread(struct core *core)
{
    struct tcb *candidate = core->candidate, *first = highest(core);
    core->candidate = NULL;
    if (candidate) {
        if (!first || candidate->priority > first->priority)
            return candidate;
        enqueue(core, candidate);
        first = highest(core);
    }
    if (first)
        take_out(core, first);
    return first;
}

/* Nobody is more urgent than the running thread, nor is it the turn of an equal. */
static bool goes_on(const struct core *core)
{
    const struct tcb *t = core->current, *candidate = core->candidate, *first = highest(core);
    int best = MAX(candidate ? candidate->priority : -1, first ? first->priority : -1);
    return best < t->priority || (best == t->priority && t->slice != 0);
}

static void choose(struct core *core)
{
    struct tcb *current = core->current;

    take_time(core);
    if (tcb_is_runnable(current) && goes_on(core)) {
        if (core->candidate)
            enqueue(core, core->candidate);
        core->candidate = NULL;
        return;
    }
    if (tcb_is_runnable(current))
        enqueue(core, current);
    struct tcb *next = next_thread(core);
    if (!next)
        next = &core->idle;
    kassert(next == &core->idle || (tcb_is_runnable(next) && !next->queued));
    if (next != current)
        switch_to(next);
}

void sched_choose(void)
{
    struct core *core = this_core();
    if (!core->reschedule)
        return;
    core->reschedule = false;
    choose(core);
    run_slice(core);
}

void sched_init(struct core *core)
{
    core->idle.state = THREAD_IDLE;
    core->idle.affinity = (uint8_t)core->id;
    memcpy(core->idle.name, "idle", sizeof("idle"));
    list_append(&core->all_threads, &core->idle.all);
    core->current = &core->idle;
}
