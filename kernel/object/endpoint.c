/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The endpoint object; messages themselves are the business of ipc/.
 */
#include "object/endpoint.h"
#include "api/invocation.h"
#include "ipc/ipc.h"
#include "object/object.h"
#include "object/tcb.h"
#include "sched/sched.h"

#include <sel4/constants.h>

static void cancel(struct endpoint *ep, struct tcb *t)
{
    wait_remove(&ep->queue, t);
    tcb_restart(t);
}

static void cancel_all(struct endpoint *ep)
{
    while (ep->queue.head)
        cancel(ep, ep->queue.head);
}

int endpoint_cancel_badged(struct endpoint *ep, uint64_t badge)
{
    if (!endpoint_has_sender(ep))
        return 0;
    for (struct tcb *t = ep->queue.head, *next; t; t = next) {
        next = t->wait_next;
        if (t->send_badge == badge)
            cancel(ep, t);
    }
    return 0;
}

static int endpoint_invoke(struct invocation *inv)
{
    struct cap cap = inv->cap;
    if (!(cap_rights(cap) & CAP_RIGHT_WRITE))
        return error_capability(0);
    ipc_send(inv->caller, cap_object(cap), ipc_send_by(cap, inv->blocking, inv->is_call));
    inv->no_reply = true;
    return 0;
}

static void endpoint_finalise(struct slot *slot, bool final)
{
    if (final)
        cancel_all(cap_object(slot->cap));
}

const struct cap_ops endpoint_ops = {
    .name = "endpoint",
    .size_bits = seL4_EndpointBits,
    .finalise = endpoint_finalise,
    .invoke = endpoint_invoke,
};
