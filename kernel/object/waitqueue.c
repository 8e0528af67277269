/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/waitqueue.h"
#include "object/tcb.h"

void wait_cancel_all(struct wait_queue *q)
{
    for (struct tcb *t; (t = q->head);) {
        wait_remove(q, t);
        tcb_restart(t);
    }
}

void wait_cancel_sends(struct wait_queue *q, uint64_t badge)
{
    for (struct tcb *t = q->head, *next; t; t = next) {
        next = t->wait_next;
        if (t->state == THREAD_BLOCKED_SEND && t->send_badge == badge) {
            wait_remove(q, t);
            tcb_restart(t);
        }
    }
}
