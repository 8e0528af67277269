/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler. See sched.h.
 *
 * A thread that is woken is not queued at once: the most urgent one of a kernel entry is kept as
 * the core's candidate, so that the usual case (wake a server, then block) switches without
 * touching the queues. sched_choose() settles it.
 */
#include "sched/sched.h"
#include "cpu/lapic.h"
#include "cpu/print.h"
#include "sched/switch.h"
#include <base/string.h>

#include <sel4/config.h>

static void note_ready(struct ready_queues *r, struct tcb *t)
{
    r->level[t->priority / 64] |= BIT(t->priority % 64);
    r->top |= BIT(t->priority / 64);
    t->queued = true;
}

static void append(struct core *core, struct tcb *t)
{
    kassert(!t->queued && tcb_is_runnable(t));
    list_append(&core->ready.queue[t->priority], &t->ready);
    note_ready(&core->ready, t);
}

static void prepend(struct core *core, struct tcb *t)
{
    kassert(!t->queued && tcb_is_runnable(t));
    list_prepend(&core->ready.queue[t->priority], &t->ready);
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
    append(core, t);
    core->reschedule = true;
}

void sched_dequeue(struct tcb *t)
{
    struct core *core = this_core();
    if (t->queued)
        take_out(core, t);
    if (core->candidate == t)
        core->candidate = NULL;
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
        append(core, core->candidate);
        core->candidate = t;
    } else if (t != core->candidate) {
        append(core, t);
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
    append(core, core->current);
    core->reschedule = true;
}

void sched_tick(void)
{
    struct core *core = this_core();
    core->tick_armed = false;
    if (tcb_is_runnable(core->current) && !core->current->queued)
        sched_yield();
    core->reschedule = true; /* arms the timer again if it is needed */
}

void sched_want_tick(void)
{
    struct core *core = this_core();
    if (core->tick_armed)
        return;
    core->tick_armed = true;
    lapic_timer_oneshot(CONFIG_TIMER_TICK_MS * 1000);
}

void sched_set_priority(struct tcb *t, unsigned priority)
{
    struct core *core = this_core();
    if (t->queued) {
        take_out(core, t);
        t->priority = (uint8_t)priority;
        append(core, t);
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
    fpu_switch(core, t);
}

/* Of the woken thread and the queues' first, the more urgent one; the other is in the queues. */
static struct tcb *next_thread(struct core *core)
{
    struct tcb *candidate = core->candidate, *first = highest(core);
    core->candidate = NULL;
    if (candidate && (!first || candidate->priority >= first->priority))
        return candidate;
    if (candidate)
        append(core, candidate);
    if (first)
        take_out(core, first);
    return first;
}

static void choose(struct core *core)
{
    struct tcb *current = core->current;
    bool stays = tcb_is_runnable(current) && !current->queued;

    if (stays) {
        struct tcb *candidate = core->candidate, *first = highest(core);
        bool beaten = (candidate && candidate->priority > current->priority) ||
                      (first && first->priority > current->priority);
        if (!beaten) {
            if (candidate)
                append(core, candidate);
            core->candidate = NULL;
            return;
        }
        prepend(core, current); /* it goes on before its equals */
    }
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
    if (!list_is_empty(&core->ready.queue[core->current->priority]) && core->current != &core->idle)
        sched_want_tick();
}

void sched_init(struct core *core)
{
    core->idle.state = THREAD_IDLE;
    core->idle.affinity = core->id;
    memcpy(core->idle.name, "idle", sizeof("idle"));
    core->current = &core->idle;
}

static const char *const state_names[] = {
    [THREAD_INACTIVE] = "inactive",
    [THREAD_RUNNING] = "running",
    [THREAD_RUNNING_GUEST] = "running guest",
    [THREAD_BLOCKED_SEND] = "blocked on send",
    [THREAD_BLOCKED_RECEIVE] = "blocked on receive",
    [THREAD_BLOCKED_REPLY] = "blocked on reply",
    [THREAD_BLOCKED_NOTIFICATION] = "blocked on notification",
    [THREAD_IDLE] = "idle",
};

void sched_dump(void)
{
    struct core *core = this_core();
    kprintf("%-32s %-24s %4s %18s\n", "thread", "state", "prio", "ip");
    LIST_FOR_EACH(t, &core->all_threads, struct tcb, all)
        kprintf("%c%-31s %-24s %4u 0x%016lx\n", t == core->current ? '*' : ' ', t->name,
                state_names[t->state], t->priority, t->context.rip);
}
