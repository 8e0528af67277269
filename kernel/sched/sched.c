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
 * Time counts only while an equal waits. It goes on counting for a thread while others of higher
 * priority run because of what that thread did: servers that it called, or woke. It does not count
 * while others run because of an interrupt.
 */
#include "sched/sched.h"
#include "cpu/lapic.h"
#include "cpu/print.h"
#include "cpu/tsc.h"
#include "cpu/x86.h"
#include "sched/switch.h"
#include <base/string.h>

#include <sel4/config.h>

static uint64_t full_slice; /* ticks of the TSC */

/* With one at each slice's end, a guest on QEMU was seen to boot in 86 s instead of 64. */
#define SLICES_WITHOUT_TICK 10

/* Where its slice says. */
static void enqueue(struct core *core, struct tcb *t)
{
    struct ready_queues *r = &core->ready;
    struct list *queue = &r->queue[t->priority];
    kassert(!t->queued && tcb_is_runnable(t));
    if (list_is_empty(queue)) {
        r->level[t->priority / 64] |= BIT(t->priority % 64);
        r->top |= BIT(t->priority / 64);
        list_append(queue, &t->ready);
    } else if (t->slice == 0) {
        list_append(queue, &t->ready);
    } else {
        list_prepend(queue, &t->ready);
    }
    t->queued = true;
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
    if (core->slice_owner == core->current)
        core->slice_owner = NULL; /* nothing is left to take time from */
    core->reschedule = true;
}

/* --- Slices --- */
/* The slice of whom it counts for gets shorter by the time that has passed. */
static void take_time(struct core *core)
{
    struct tcb *owner = core->slice_owner;
    uint64_t now = rdtsc(), passed = now - core->slice_start;
    core->slice_start = now;
    if (passed < owner->slice) {
        owner->slice -= passed;
        return;
    }
    owner->slice = 0;
    if (owner->queued) {
        take_out(core, owner);
        enqueue(core, owner);
    }
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
        want_tick(core, rdtsc(), full_slice * SLICES_WITHOUT_TICK);
}

void sched_tick(void)
{
    struct core *core = this_core();
    core->tick = 0;
    core->reschedule = true;
}

void sched_interrupted(void)
{
    struct core *core = this_core();
    if (!core->slice_owner || !core->candidate ||
        core->candidate->priority <= core->current->priority)
        return;
    take_time(core);
    core->slice_owner = NULL;
}

/* Whom time counts for from now on. */
static void run_slice(struct core *core)
{
    struct tcb *t = core->current, *before = core->slice_owner, *owner = t;
    bool alone = list_is_empty(&core->ready.queue[t->priority]);
    if (t->slice == 0)
        t->slice = full_slice;
    if (!before && alone)
        return;
    if (!before) {
        core->slice_start = rdtsc();
    } else if (before->priority < t->priority && before->slice != 0) {
        owner = before;
    } else if (alone) {
        core->slice_owner = NULL;
        return;
    }
    core->slice_owner = owner;
    want_tick(core, core->slice_start, owner->slice);
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

static void switch_to(struct core *core, struct tcb *t)
{
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

/* Whether `t` goes before `other`, which stands in its place already. */
static bool goes_before(const struct tcb *t, const struct tcb *other)
{
    return !other || t->priority > other->priority ||
           (t->priority == other->priority && t->slice != 0);
}

static void choose(struct core *core)
{
    struct tcb *current = core->current, *candidate = core->candidate;
    bool runnable = tcb_is_runnable(current);

    if (core->slice_owner)
        take_time(core);
    struct tcb *first = highest(core), *next = first;
    if (candidate && goes_before(candidate, next))
        next = candidate;
    if (runnable && goes_before(current, next))
        next = current;

    core->candidate = NULL;
    if (candidate && candidate != next)
        enqueue(core, candidate);
    if (next == current)
        return;
    if (runnable)
        enqueue(core, current);
    if (!next)
        next = &core->idle;
    else if (next == first)
        take_out(core, first);
    kassert(next == &core->idle || (tcb_is_runnable(next) && !next->queued));
    switch_to(core, next);
}

void sched_choose_anew(void)
{
    struct core *core = this_core();
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
    full_slice = tsc_hz / 1000 * CONFIG_TIMER_TICK_MS;
}
