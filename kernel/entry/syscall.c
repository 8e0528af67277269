/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls. Registers: libs/sel4/include/sel4/syscalls.h.
 */
#include "entry/entry.h"
#include "api/invocation.h"
#include "cpu/memory.h"
#include "entry/trap.h"
#include "ipc/ipc.h"
#include "object/delete.h"
#include "ipc/endpoint.h"
#include "object/lookup.h"
#include "object/notification.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "virt/vcpu_hooks.h"
#include <sel4/syscall.h>

/* Not an endpoint or notification that `t` may receive from: as if nothing were there. */
static void receive_fault(struct tcb *t, uint64_t cptr)
{
    error_lookup(true, 0);
    fault_raise_cap(t, cptr, true);
}

static void drop_caller(struct tcb *t)
{
    struct slot *caller = &t->slots[TCB_CALLER];
    if (!slot_is_empty(caller))
        slot_delete(caller); /* a reply capability: done in one step */
}

static void receive(struct tcb *t, uint64_t cptr, bool blocking)
{
    struct slot *slot = lookup_slot(t, cptr);
    if (!slot) {
        fault_raise_cap(t, cptr, true);
        return;
    }
    struct cap cap = slot->cap;
    if (cap.type == CAP_ENDPOINT && (cap.flags & CAP_RIGHT_READ)) {
        drop_caller(t);
        ipc_receive(t, cap, blocking);
    } else if (cap.type == CAP_NOTIFICATION && (cap.flags & CAP_RIGHT_READ)) {
        struct notification *n = cap_object(cap);
        if (n->bound && notification_bound(n) != t)
            receive_fault(t, cptr); /* its signals belong to another thread */
        else
            ipc_wait(t, n, blocking);
    } else {
        receive_fault(t, cptr);
    }
}

static void reply(struct tcb *t)
{
    struct slot *caller = &t->slots[TCB_CALLER];
    if (caller->cap.type == CAP_REPLY)
        ipc_reply(t, caller);
}

static void set_tls_base(struct tcb *t, uint64_t base)
{
    if (!address_is_user(base))
        return;
    t->context.fs_base = base;
    context_switch(this_core(), t);
}

static void dispatch(struct core *core, int64_t number, uint64_t cap, uint64_t info)
{
    struct tcb *t = core->current;

    switch (number) {
    case seL4_SysCall:
        syscall_invoke(t, cap, info, true, true);
        break;
    case seL4_SysReplyRecv:
        reply(t);
        receive(t, cap, true);
        break;
    case seL4_SysSend:
        syscall_invoke(t, cap, info, true, false);
        break;
    case seL4_SysNBSend:
        syscall_invoke(t, cap, info, false, false);
        break;
    case seL4_SysRecv:
        receive(t, cap, true);
        break;
    case seL4_SysNBRecv:
        receive(t, cap, false);
        break;
    case seL4_SysReply:
        reply(t);
        break;
    case seL4_SysYield:
        sched_yield();
        break;
    case seL4_SysSetTLSBase:
        set_tls_base(t, cap);
        break;
    case seL4_SysVMEnter:
        if (t->vcpu)
            vcpu_enter_syscall(t);
        else
            fault_raise_syscall(t, (uint64_t)number); /* there is no such thing for this thread */
        break;
    default:
        if (!syscall_debug(t, number, cap))
            fault_raise_syscall(t, (uint64_t)number);
    }
}

struct tcb *handle_syscall(uint64_t number, uint64_t cap, uint64_t info)
{
    struct core *core = this_core();

    dispatch(core, (int64_t)number, cap, info);
    if (core->reschedule)
        sched_choose();
    return core->current->state == THREAD_RUNNING ? core->current : NULL;
}
