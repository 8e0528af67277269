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

static void keep_place(struct tcb *walker, struct tcb *at)
{
    if (!at || at->walker)
        return;
    at->walker = walker;
    walker->walk_at = at;
}

void wait_forget_place(struct tcb *walker)
{
    if (walker->walk_at)
        walker->walk_at->walker = NULL;
    walker->walk_at = NULL;
}

void wait_move_place(struct tcb *t)
{
    struct tcb *walker = t->walker;
    wait_forget_place(walker);
    keep_place(walker, t->wait_next);
}

int wait_cancel_sends(struct wait_queue *q, uint64_t badge)
{
    unsigned work = 0;
    struct tcb *walker = this_core()->current, *t = walker->walk_at;
    if (!t || t->wait_queue != q || walker->send_badge != badge)
        t = q->head;
    wait_forget_place(walker);
    for (struct tcb *next; t && t->state == THREAD_BLOCKED_SEND; t = next) {
        next = t->wait_next;
        work++;
        if (t->send_badge == badge) {
            wait_remove(q, t);
            tcb_restart(t);
            work += WALK_STEP / WAKE_STEP;
        }
        if (work >= WALK_STEP) {
            work = 0;
            if (next && preemption_point()) {
                keep_place(walker, next);
                walker->send_badge = badge; /* nothing else of a thread that runs */
                return KERNEL_PREEMPTED;
            }
        }
    }
    return 0;
}
