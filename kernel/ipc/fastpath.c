/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The common case of IPC, in a straight line: a Call to a waiting server, or a server's ReplyRecv,
 * with a message in registers, no capabilities, and nobody more urgent ready. Everything is checked
 * before anything changes; where a check fails, the general code does the whole system call.
 *
 * At the start of a kernel entry no rescheduling is due and no thread was woken: the core's
 * `reschedule` and `candidate` need no look here.
 */
#include "ipc/ipc.h"
#include "ipc/endpoint.h"
#include "api/invocation.h"
#include "object/lookup.h"
#include "object/notification.h"
#include "sched/switch.h"

#define LENGTH_AND_CAPS (MESSAGE_INFO_LENGTH | MESSAGE_INFO_EXTRA_CAPS)

/* No thread that is ready is more urgent than `t`. */
static __attribute__((noinline, cold)) bool is_above_ready(const struct core *core,
                                                           const struct tcb *t)
{
    const struct ready_queues *r = &core->ready;
    unsigned word = t->priority / 64;
    if (r->top >> word == 0)
        return true;
    return r->top >> word == 1 && r->level[word] >> t->priority % 64 == 0;
}

static inline bool is_most_urgent(const struct core *core, const struct tcb *t)
{
    return !core->ready.top || is_above_ready(core, t);
}

static inline void copy_message(const struct tcb *from, struct tcb *to, uint64_t info,
                                uint64_t badge)
{
    struct user_context *dst = &to->context;
    /* At most four words: the lowest bits of the length say it. */
    message_copy_registers(from, to, info & (2 * MESSAGE_REGISTERS - 1));
    CTX_INFO(dst) = info & ~(uint64_t)MESSAGE_INFO_UNWRAPPED;
    CTX_CAP(dst) = badge;
}

static inline __attribute__((always_inline)) struct tcb *
go_on_with(struct core *core, struct tcb *from, struct tcb *to)
{
    to->state = THREAD_RUNNING;
    core->current = to;
    context_switch(core, to);
    vspace_switch(core, from, to);
    fpu_switch(core, to);
    return to;
}

struct tcb *fastpath_call(uint64_t cptr, uint64_t info)
{
    struct core *core = this_core();
    struct tcb *caller = core->current;

    if ((info & LENGTH_AND_CAPS) > MESSAGE_REGISTERS)
        return NULL;
    const struct slot *slot = lookup_quick(caller, cptr);
    if (!slot)
        return NULL;
    const struct cap *cap = &slot->cap;
    unsigned head = cap_head(cap);
    if ((head & CAP_HEAD(CAP_HEAD_TYPE, CAP_RIGHT_WRITE)) !=
            CAP_HEAD(CAP_ENDPOINT, CAP_RIGHT_WRITE) ||
        !(head & CAP_HEAD(0, CAP_RIGHT_GRANT | CAP_RIGHT_GRANT_REPLY)))
        return NULL;
    struct endpoint *ep = cap_object_quick(cap);
    struct tcb *server = ep->queue.head;
    if (!server || server->status != THREAD_BLOCKED_RECEIVE ||
        server->priority < caller->priority || !is_most_urgent(core, server))
        return NULL;

    /* The first of the queue leaves it. */
    struct tcb *next = server->wait_next;
    ep->queue.head = next;
    if (next)
        next->wait_prev = NULL;
    else
        ep->queue.tail = NULL;

    tcb_give_reply(server, caller);
    copy_message(caller, server, info, cap_badge(*cap));
    return go_on_with(core, caller, server);
}

struct tcb *fastpath_reply_recv(uint64_t cptr, uint64_t info)
{
    struct core *core = this_core();
    struct tcb *server = core->current;
    struct slot *reply = &server->slots[TCB_CALLER];

    if ((info & LENGTH_AND_CAPS) > MESSAGE_REGISTERS ||
        (cap_head(&reply->cap) & CAP_HEAD_TYPE) != CAP_REPLY)
        return NULL;
    const struct slot *slot = lookup_quick(server, cptr);
    if (!slot)
        return NULL;
    const struct cap *cap = &slot->cap;
    unsigned head = cap_head(cap);
    if ((head & CAP_HEAD(CAP_HEAD_TYPE, CAP_RIGHT_READ)) != CAP_HEAD(CAP_ENDPOINT, CAP_RIGHT_READ))
        return NULL;
    struct endpoint *ep = cap_object_quick(cap);
    struct tcb *caller = cap_object_quick(&reply->cap);
    if (caller->status != THREAD_BLOCKED_REPLY || endpoint_has_sender(ep) ||
        (server->notification && server->notification->active) || !is_most_urgent(core, caller))
        return NULL;

    cap_clear_reply(&reply->cap);
    caller->reply_slot = NULL;
    copy_message(server, caller, info, 0);
    server->reply_mask = cap_reply_mask(head & CAP_HEAD(0, CAP_RIGHT_GRANT));
    server->state = THREAD_BLOCKED_RECEIVE;
    wait_append(&ep->queue, server);
    return go_on_with(core, server, caller);
}
