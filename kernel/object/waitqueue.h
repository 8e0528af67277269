/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first-in first-out queue of threads at an endpoint or notification.
 *
 * Its links lead from thread to thread, not from link to link as those of base/list.h do: that
 * saves a Call to a waiting server five instructions of 180.
 */
#pragma once

#include "state/thread.h"

struct wait_queue {
    struct tcb *head, *tail;
};

static inline void wait_append(struct wait_queue *q, struct tcb *t)
{
    t->wait_queue = q;
    t->wait_prev = q->tail;
    t->wait_next = NULL;
    if (q->tail)
        q->tail->wait_next = t;
    else
        q->head = t;
    q->tail = t;
}

/* `walker` no longer keeps a place in any queue. */
void wait_forget_place(struct tcb *walker);
/* A place at `t`, which leaves its queue, is one at the next thread from now on. */
void wait_move_place(struct tcb *t);

static inline void wait_remove(struct wait_queue *q, struct tcb *t)
{
    if (__builtin_expect(!!t->walker, 0))
        wait_move_place(t);
    if (t->wait_prev)
        t->wait_prev->wait_next = t->wait_next;
    else
        q->head = t->wait_next;
    if (t->wait_next)
        t->wait_next->wait_prev = t->wait_prev;
    else
        q->tail = t->wait_prev;
    t->wait_next = t->wait_prev = NULL;
    t->wait_queue = NULL;
}

/* The first few threads are left ready to issue their system call again. True: there are more. */
bool wait_cancel_some(struct wait_queue *q);
/*
 * The same for all who send by `badge`. Returns 0, or KERNEL_PREEMPTED: the running thread keeps
 * its place for its next try, unless another's is there already.
 */
int wait_cancel_sends(struct wait_queue *q, uint64_t badge);
