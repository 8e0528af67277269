/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/waitqueue.h"
#include "api/invocation.h"
#include "object/tcb.h"

/* How many threads are woken, and how many are passed, in one step. */
#define WAKE_STEP 4
#define WALK_STEP 64

bool wait_cancel_some(struct wait_queue *q)
{
    for (unsigned i = 0; i < WAKE_STEP && q->head; i++) {
        struct tcb *t = q->head;
        wait_remove(q, t);
        tcb_restart(t);
    }
    return q->head;
}

int wait_cancel_sends(struct wait_queue *q, uint64_t badge)
{
    unsigned work = 0;
    for (struct tcb *t = q->head, *next; t; t = next) {
        next = t->wait_next;
        work++;
        if (t->state == THREAD_BLOCKED_SEND && t->send_badge == badge) {
            wait_remove(q, t);
            tcb_restart(t);
            work += WALK_STEP / WAKE_STEP;
        }
        if (work >= WALK_STEP) {
            work = 0;
            if (next && preemption_point())
                return KERNEL_PREEMPTED;
        }
    }
    return 0;
}
