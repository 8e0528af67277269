/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The common case of IPC, in a straight line: a Call to a waiting server, or a server's ReplyRecv,
 * with a message in registers, no capabilities, and nobody more urgent ready. Everything is checked
 * before anything changes; where a check fails, the general code does the whole system call.
 */
#include "api/invocation.h"
#include "cpu/cpu.h"
#include "ipc/ipc.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/object.h"

#define LENGTH_AND_CAPS 0x1ff /* of message info: length, extra capabilities */

/* A whole-CSpace lookup of one level: the usual shape. NULL if it needs more than one step. */
static inline __attribute__((always_inline)) const struct slot *lookup_one(const struct tcb *t,
                                                                           uint64_t cptr)
{
    struct cap root = t->slots[TCB_CSPACE].cap;
    if (root.type != CAP_CNODE)
        return NULL;
    unsigned radix = cap_cnode_radix(root), guard_size = cap_cnode_guard_size(root);
    if (guard_size + radix != WORD_BITS || radix == 0)
        return NULL;
    uint64_t guard = guard_size ? cptr >> (radix & 63) : 0;
    if (guard != cap_cnode_guard(root))
        return NULL;
    return (const struct slot *)cap_object(root) + (cptr & ((1ull << radix) - 1));
}

/* Nobody ready is more urgent than `t`, which would run next; and it needs no new time slice. */
static inline bool may_run_now(const struct core *core, const struct tcb *t)
{
    const struct ready_queues *r = &core->ready;
    if (core->candidate || core->reschedule)
        return false;
    if (!r->top)
        return true;
    unsigned word = t->priority / 64;
    if (r->top >> word == 0)
        return true;
    return r->top >> word == 1 && r->level[word] >> t->priority % 64 == 0;
}

static inline void copy_registers(const struct tcb *from, struct tcb *to, uint64_t info,
                                  uint64_t badge)
{
    const struct user_context *src = &from->context;
    struct user_context *dst = &to->context;
    CTX_MR0(dst) = CTX_MR0(src);
    CTX_MR1(dst) = CTX_MR1(src);
    CTX_MR2(dst) = CTX_MR2(src);
    CTX_MR3(dst) = CTX_MR3(src);
    CTX_INFO(dst) = info & ~0xe00ull; /* nothing was unwrapped */
    CTX_CAP(dst) = badge;
}

bool fastpath_call(struct core *core, uint64_t cptr, uint64_t info)
{
    struct tcb *caller = core->current;

    if ((info & LENGTH_AND_CAPS) > MESSAGE_REGISTERS)
        return false;
    const struct slot *slot = lookup_one(caller, cptr);
    if (!slot)
        return false;
    struct cap cap = slot->cap;
    if (cap.type != CAP_ENDPOINT || !(cap.flags & CAP_RIGHT_WRITE) ||
        !(cap.flags & (CAP_RIGHT_GRANT | CAP_RIGHT_GRANT_REPLY)))
        return false;
    struct endpoint *ep = cap_object(cap);
    struct tcb *server = ep->queue.head;
    if (!server || server->state != THREAD_BLOCKED_RECEIVE || server->priority < caller->priority ||
        !may_run_now(core, server))
        return false;

    wait_remove(&ep->queue, server);
    struct slot *reply = &server->slots[TCB_CALLER];
    reply->cap = cap_make(CAP_REPLY, caller, server->receive_can_grant, 0);
    caller->reply_slot = reply;
    caller->state = THREAD_BLOCKED_REPLY;
    copy_registers(caller, server, info, cap.data);
    server->state = THREAD_RUNNING;
    sched_switch_to(server);
    return true;
}

bool fastpath_reply_recv(struct core *core, uint64_t cptr, uint64_t info)
{
    struct tcb *server = core->current;
    struct slot *reply = &server->slots[TCB_CALLER];

    if ((info & LENGTH_AND_CAPS) > MESSAGE_REGISTERS || reply->cap.type != CAP_REPLY)
        return false;
    const struct slot *slot = lookup_one(server, cptr);
    if (!slot)
        return false;
    struct cap cap = slot->cap;
    if (cap.type != CAP_ENDPOINT || !(cap.flags & CAP_RIGHT_READ))
        return false;
    struct endpoint *ep = cap_object(cap);
    struct tcb *caller = cap_object(reply->cap);
    if (endpoint_has_sender(ep) || caller->fault.type ||
        (server->notification && server->notification->active) || !may_run_now(core, caller))
        return false;

    reply->cap = cap_null();
    caller->reply_slot = NULL;
    copy_registers(server, caller, info, 0);
    server->receive_can_grant = cap.flags & CAP_RIGHT_GRANT;
    server->state = THREAD_BLOCKED_RECEIVE;
    server->wait_object = ep;
    wait_append(&ep->queue, server);
    caller->state = THREAD_RUNNING;
    sched_switch_to(caller);
    return true;
}
