/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The notification object: signalling, waiting, and the bound thread.
 */
#include "object/notification.h"
#include "api/invocation.h"
#include "object/object.h"
#include "object/tcb.h"
#include "sched/sched.h"
#include "virt/vcpu_hooks.h"

#include <sel4/constants.h>

/* What a thread that waited for a message sees instead of one. */
static void deliver(struct tcb *t, uint64_t badge)
{
    CTX_CAP(&t->context) = badge;
    CTX_INFO(&t->context) = 0;
    t->state = THREAD_RUNNING;
    sched_wake(t);
}

/* The bound thread takes the signal if it waits for messages, or is away in its guest. */
static bool signal_bound(struct tcb *t, uint64_t badge)
{
    if (!t)
        return false;
    if (t->state == THREAD_BLOCKED_RECEIVE) {
        wait_remove(t->wait_queue, t);
        deliver(t, badge);
        return true;
    }
    if (t->state == THREAD_RUNNING_GUEST) {
        /* Still runnable, wherever it stands in the queues. */
        vcpu_leave_with_signal(t, badge);
        return true;
    }
    return false;
}

void notification_signal(struct notification *n, uint64_t badge)
{
    if (n->active) {
        n->badge |= badge;
    } else if (n->queue.head) {
        struct tcb *t = n->queue.head;
        wait_remove(&n->queue, t);
        deliver(t, badge);
    } else if (!signal_bound(notification_bound(n), badge)) {
        n->active = 1;
        n->badge = badge;
    }
}

static bool notification_drain(struct slot *slot)
{
    struct notification *n = cap_object(slot->cap);
    if (n->bound)
        tcb_unbind_notification(notification_bound(n));
    cap_mask(&slot->cap, 0);
    return wait_cancel_some(&n->queue);
}

static int notification_invoke(struct invocation *inv)
{
    if (!(cap_rights(inv->cap) & CAP_RIGHT_WRITE))
        return error_capability(0);
    notification_signal(cap_object(inv->cap), cap_badge(inv->cap));
    inv->no_reply = !inv->is_call;
    return 0;
}

const struct cap_ops notification_ops = {
    .name = "notification",
    .size_bits = seL4_NotificationBits,
    .drain = notification_drain,
    .invoke = notification_invoke,
};
