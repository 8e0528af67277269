/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs next: 256 priorities, each a first-in first-out queue, and a two-level bitmap that finds
 * the highest non-empty one in constant time. The running thread stands in no queue.
 *
 * Each thread has a time slice of its own: see sched.c. The timer is a one-shot that is armed only
 * while another thread of the running thread's priority is ready, so a lone thread (or guest) is
 * never interrupted for nothing. svm_guard.c arms it, too.
 */
#pragma once

#include "state/core.h"

/* Make a thread whose state is runnable wait for its turn. */
void sched_enqueue(struct tcb *t);
/* It no longer wants to run, and gives up its slice. */
void sched_dequeue(struct tcb *t);
/*
 * A thread became runnable. It runs at once at the end of this kernel entry if its priority is
 * higher than that of the running thread.
 */
void sched_wake(struct tcb *t);
/* The running thread may no longer be the right one: choose() is due at the end of this entry. */
void sched_reschedule(void);
/* The running thread gives way to others of its priority. */
void sched_yield(void);
/* The timer shall interrupt within ten time slices, if that is not under way already. */
void sched_want_tick(void);
/* Called by the timer interrupt: perhaps the running thread's time slice is over. */
void sched_tick(void);
/* After an interrupt was handled: if it woke somebody, that is nobody's doing. */
void sched_interrupted(void);
void sched_set_priority(struct tcb *t, unsigned priority);
void sched_choose_anew(void);
/*
 * The end of every kernel entry, before user mode (or the guest, or idle) is resumed: afterwards
 * core->current is who has to run, and its address space and FPU state are in place.
 */
static inline void sched_choose(void)
{
    if (this_core()->reschedule)
        sched_choose_anew();
}
/* Boot: prepare the queues and the idle thread of this core. */
void sched_init(struct core *core);
