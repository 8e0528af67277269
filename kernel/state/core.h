/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State of one processor core. In the kernel GS base points to it, so this_core() is a load.
 * The first words are used by the entry code in assembly; their offsets are in offsets.h.
 */
#pragma once

#include "state/thread.h"

/*
 * Details of the error or failed lookup of the current system call: what the manual lets the
 * kernel report in the message registers.
 */
struct api_error {
    uint64_t word[2];   /* by error: min and max, bytes available, argument number */
    bool source_lookup; /* seL4_FailedLookup: the source (not the destination) was at fault */
    uint8_t lookup;     /* seL4_LookupFailureType */
    uint64_t bits_left;
    uint64_t guard_found;
    uint64_t bits_found;
};

#define PRIORITY_COUNT 256

/* See sched/sched.h. */
struct ready_queues {
    uint64_t top; /* bit w: level[w] is not zero */
    uint64_t level[PRIORITY_COUNT / 64];
    struct list queue[PRIORITY_COUNT];
};

struct core {
    struct core *self;     /* offset 0: what this_core() loads */
    struct tcb *current;   /* offset 8 */
    uint64_t user_rsp;     /* offset 16: scratch of the SYSCALL entry */
    void *stack_top;       /* offset 24: the kernel stack of this core */
    uint64_t *tss_rsp0;    /* offset 32: where TSS.RSP0 is, set to the current thread's frame */
    uint64_t taken_vector; /* offset 40: interrupt that arrived in kernel mode; 0: none */

    uint32_t id;
    uint32_t apic_id;

    bool reschedule; /* sched_choose() has to look at the queues */
    unsigned work;   /* since the last preemption check */
    struct ready_queues ready;
    struct tcb *candidate;   /* woken in this entry, in no queue yet: see sched.c */
    struct tcb *slice_owner; /* whose slice the time is taken from; NULL: nobody's */
    uint64_t slice_start;    /* TSC from when on */
    uint64_t tick;           /* TSC of the timer interrupt that is under way; 0: none is */
    struct tcb *fpu_owner;   /* whose FPU state the registers hold; NULL: nobody's */
    uint64_t cr3;            /* as loaded */
    struct list all_threads;

    struct api_error error;

    struct tcb idle __attribute__((aligned(64)));
};

static inline struct core *this_core(void)
{
    struct core *core;
    /* Not volatile: within one kernel entry the answer never changes. */
    __asm__("mov %%gs:0, %0" : "=r"(core));
    return core;
}
