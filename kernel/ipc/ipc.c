/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending, receiving, replying: who waits for whom.
 */
#include "ipc/ipc.h"
#include "ipc/endpoint.h"
#include "api/invocation.h"
#include "cpu/print.h"
#include "object/derivation.h"
#include "object/notification.h"
#include "object/tcb.h"
#include "sched/sched.h"

static void block(struct tcb *t, struct wait_queue *queue, enum thread_state state)
{
    t->state = state;
    wait_append(queue, t);
    sched_reschedule();
}

/* After a message went from `from` to `to`: the sender goes on, or waits for its answer. */
static void finish_send(struct tcb *from, struct tcb *to, bool call, bool may_reply)
{
    if (call && may_reply)
        tcb_give_reply(to, from);
    else if (call)
        tcb_undo_wait(from); /* nobody could ever answer it */
    else
        from->state = THREAD_RUNNING;
}

static void deliver(struct tcb *from, struct tcb *to, struct endpoint *ep, struct send how)
{
    if (from->fault_type)
        fault_transfer(from, to, how.badge);
    else
        ipc_transfer(from, to, ep, how.badge, how.grant);
}

void ipc_send(struct tcb *t, struct endpoint *ep, struct send how)
{
    if (endpoint_has_receiver(ep)) {
        struct tcb *to = ep->queue.head;
        wait_remove(&ep->queue, to);
        deliver(t, to, ep, how);
        if (how.call) {
            finish_send(t, to, true, how.grant || how.grant_reply);
            sched_reschedule();
        }
        to->state = THREAD_RUNNING;
        sched_wake(to);
    } else if (how.blocking) {
        t->send_badge = how.badge;
        t->send_is_call = how.call;
        t->send_can_grant = how.grant;
        t->send_can_grant_reply = how.grant_reply;
        block(t, &ep->queue, THREAD_BLOCKED_SEND);
    }
}

/* Nothing there for a receiver that does not wait. */
static void receive_nothing(struct tcb *t)
{
    CTX_CAP(&t->context) = 0;
    CTX_INFO(&t->context) = 0;
}

static void receive_signal(struct tcb *t, uint64_t badge)
{
    CTX_CAP(&t->context) = badge;
    CTX_INFO(&t->context) = 0;
}

/* The message of the first waiting sender. */
static void receive_from_queue(struct tcb *t, struct endpoint *ep)
{
    struct tcb *from = ep->queue.head;
    struct send how = {.badge = from->send_badge, .grant = from->send_can_grant};

    wait_remove(&ep->queue, from);
    deliver(from, t, ep, how);
    finish_send(from, t, from->send_is_call, from->send_can_grant || from->send_can_grant_reply);
    if (from->state == THREAD_RUNNING)
        sched_wake(from);
}

void ipc_receive(struct tcb *t, struct cap cap, bool blocking)
{
    struct endpoint *ep = cap_object(cap);
    uint64_t badge;

    t->reply_mask = cap_reply_mask(cap_rights(cap) & CAP_RIGHT_GRANT);
    if (t->notification && notification_take(t->notification, &badge))
        receive_signal(t, badge);
    else if (endpoint_has_sender(ep))
        receive_from_queue(t, ep);
    else if (blocking)
        block(t, &ep->queue, THREAD_BLOCKED_RECEIVE);
    else
        receive_nothing(t);
}

void ipc_wait(struct tcb *t, struct notification *n, bool blocking)
{
    uint64_t badge;
    if (notification_take(n, &badge))
        receive_signal(t, badge);
    else if (blocking)
        block(t, &n->queue, THREAD_BLOCKED_NOTIFICATION);
    else
        receive_nothing(t);
}

void ipc_reply(struct tcb *t, struct slot *slot)
{
    struct tcb *to = cap_object(slot->cap);
    bool grant = cap_reply_grant(slot->cap);

    kassert(to->state == THREAD_BLOCKED_REPLY && to->reply_slot == slot);
    slot_clear(slot);
    to->reply_slot = NULL;
    if (to->fault_type) {
        bool resume = fault_reply(to, t);
        to->fault_type = seL4_Fault_NullFault;
        if (!resume) {
            to->state = THREAD_INACTIVE;
            return;
        }
    } else {
        ipc_transfer(t, to, NULL, 0, grant);
    }
    to->state = THREAD_RUNNING;
    sched_wake(to);
}
