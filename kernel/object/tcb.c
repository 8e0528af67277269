/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread object: its beginning and end, and its states.
 */
#include "object/tcb.h"
#include "api/invocation.h"
#include "cpu/memory.h"
#include "object/notification.h"
#include "object/object.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "virt/vcpu_hooks.h"
#include <sel4/constants.h>
#include <sel4/faults.h>

/* RFLAGS that programs may set: CF PF AF ZF SF TF DF OF, and AC, ID. IF and bit 1 are always on. */
#define RFLAGS_USER  0x240dd5ull
#define RFLAGS_FIXED 0x202ull

#define SYSCALL_LENGTH 2 /* the instruction */

void thread_init(struct tcb *t)
{
    t->context.cs = SELECTOR_USER_CODE;
    t->context.ss = SELECTOR_USER_DATA;
    t->context.rflags = RFLAGS_FIXED;
    t->state = THREAD_INACTIVE;
    fpu_init_area(t->fpu);
    list_prepend(&this_core()->all_threads, &t->all);
}

void tcb_set_name(struct tcb *t, const char *name)
{
    unsigned i = 0;
    for (; i < TCB_NAME_SIZE - 1 && name[i]; i++)
        t->name[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
    t->name[i] = 0;
}

void tcb_rewind_syscall(struct tcb *t)
{
    if (t->context.vector != VECTOR_SYSCALL)
        return;
    t->context.rip -= SYSCALL_LENGTH;
    t->context.vector = 0;
}

uint64_t tcb_ip(const struct tcb *t)
{
    bool in_syscall = tcb_waits(t) && t->context.vector == VECTOR_SYSCALL;
    return t->context.rip - (in_syscall ? SYSCALL_LENGTH : 0);
}

static uint64_t user_address(uint64_t address)
{
    return address_is_user(address) ? address : 0;
}

void tcb_sanitise_context(struct tcb *t)
{
    struct user_context *c = &t->context;
    c->rip = user_address(c->rip);
    c->fs_base = user_address(c->fs_base);
    c->gs_base = user_address(c->gs_base);
    c->rflags = (c->rflags & RFLAGS_USER) | RFLAGS_FIXED;
    c->cs = SELECTOR_USER_CODE;
    c->ss = SELECTOR_USER_DATA;
}

void tcb_undo_wait(struct tcb *t)
{
    t->fault_type = seL4_Fault_NullFault; /* not handled: it will happen again */
    tcb_rewind_syscall(t);
    t->state = THREAD_INACTIVE;
}

void tcb_cancel_ipc(struct tcb *t)
{
    switch (t->state) {
    case THREAD_BLOCKED_SEND:
    case THREAD_BLOCKED_RECEIVE:
    case THREAD_BLOCKED_NOTIFICATION:
        wait_remove(t->wait_queue, t);
        tcb_undo_wait(t);
        break;
    case THREAD_BLOCKED_REPLY:
        if (t->reply_slot) {
            slot_clear(t->reply_slot);
            t->reply_slot = NULL;
        }
        tcb_undo_wait(t);
        break;
    case THREAD_RUNNING_GUEST:
        vcpu_abort_guest(t);
        break;
    }
}

void tcb_restart(struct tcb *t)
{
    tcb_undo_wait(t);
    t->state = THREAD_RUNNING;
    sched_wake(t);
}

void tcb_suspend(struct tcb *t)
{
    tcb_cancel_ipc(t);
    wait_forget_place(t);
    sched_dequeue(t);
    t->state = THREAD_INACTIVE;
    if (t == this_core()->current)
        sched_reschedule();
}

void tcb_resume(struct tcb *t)
{
    if (tcb_is_runnable(t) || t->state == THREAD_IDLE)
        return;
    tcb_cancel_ipc(t);
    t->state = THREAD_RUNNING;
    sched_wake(t);
}

void tcb_bind_notification(struct tcb *t, struct notification *n)
{
    t->notification = n;
    n->bound = (uint64_t)t;
}

void tcb_unbind_notification(struct tcb *t)
{
    if (t->notification)
        t->notification->bound = 0;
    t->notification = NULL;
}

int tcb_check_ipc_buffer(uint64_t addr, struct cap frame)
{
    /* The kernel will write to it on the thread's behalf: the holder must be allowed to. */
    if (frame.type != CAP_FRAME || cap_frame_device(frame) ||
        cap_frame_rights(frame) != FRAME_RIGHTS_ALL)
        return seL4_IllegalOperation;
    if (addr & MASK(seL4_IPCBufferAlignBits))
        return error_alignment();
    return 0;
}

/* Its slots are cleared by delete.c. */
static void thread_finalise(struct slot *slot, bool final)
{
    struct tcb *t = cap_object(slot->cap);
    if (!final)
        return;
    tcb_suspend(t);
    tcb_unbind_notification(t);
    vcpu_thread_gone(t);
    fpu_forget(this_core(), t);
    if (thread_is_ready(t))
        list_remove(&this_core()->all_threads, &t->all);
}

const struct cap_ops thread_ops = {
    .name = "thread",
    .size_bits = seL4_TCBBits,
    .finalise = thread_finalise,
    .invoke = thread_invoke,
};
