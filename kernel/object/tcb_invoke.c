/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of a thread capability. Message layouts: libs/sel4/include/sel4/invocation.h.
 */
#include "api/invocation.h"
#include "cpu/memory.h"
#include "object/cnode.h"
#include "object/delete.h"
#include "object/notification.h"
#include "object/object.h"
#include "object/tcb.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "virt/vcpu_hooks.h"
#include <sel4/constants.h>
#include <sel4/messages.h>

/* Registers in the order of seL4_UserContext. */
#define REG(name) __builtin_offsetof(struct user_context, name)
static const uint16_t api_registers[] = {
    REG(rip), REG(rsp), REG(rflags), REG(rax), REG(rbx),     REG(rcx),     REG(rdx),
    REG(rsi), REG(rdi), REG(rbp),    REG(r8),  REG(r9),      REG(r10),     REG(r11),
    REG(r12), REG(r13), REG(r14),    REG(r15), REG(fs_base), REG(gs_base),
};
#define API_REGISTERS   ARRAY_SIZE(api_registers)
/* The rest are the "integer" group of CopyRegisters. */
#define FRAME_REGISTERS (API_REGISTERS - 2)

static uint64_t *register_of(struct tcb *t, unsigned i)
{
    return (uint64_t *)((char *)&t->context + api_registers[i]);
}

/*
 * Registers were changed: what the processor holds of them has to follow. With those of the frame,
 * RIP is no longer after a SYSCALL, and RCX and R11 count: it has to leave by IRET.
 */
static void registers_changed(struct tcb *t, bool frame)
{
    tcb_sanitise_context(t);
    wait_forget_place(t); /* of a system call that it may not be in any more */
    if (frame)
        t->context.vector = 0;
    if (t == this_core()->current)
        context_switch(this_core(), t);
}

static int read_registers(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 2, 0))
        return seL4_TruncatedMessage;
    uint64_t count = invocation_arg(inv, 1);
    if (count < 1 || count > API_REGISTERS)
        return error_range(1, API_REGISTERS);
    if (t == inv->caller)
        return seL4_IllegalOperation;
    if (invocation_arg(inv, 0) & 1)
        tcb_suspend(t);
    for (unsigned i = 0; i < count; i++)
        invocation_reply(inv, i, i == 0 ? tcb_ip(t) : *register_of(t, i));
    return 0;
}

static int write_registers(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 2, 0))
        return seL4_TruncatedMessage;
    bool resume = invocation_arg(inv, 0) & 1;
    uint64_t count = invocation_arg(inv, 1);
    if (inv->length - 2 < count)
        return seL4_TruncatedMessage;
    if (t == inv->caller)
        return seL4_IllegalOperation;
    count = MIN(count, API_REGISTERS); /* what is said of others is ignored */
    /* Before the registers change: cancelling may step RIP back. */
    if (resume)
        tcb_cancel_ipc(t);
    for (unsigned i = 0; i < count; i++)
        *register_of(t, i) = invocation_arg(inv, 2 + i);
    registers_changed(t, count > 0);
    if (resume)
        tcb_resume(t);
    return 0;
}

static int copy_registers(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 1, 1))
        return seL4_TruncatedMessage;
    struct cap source_cap = inv->extra[0]->cap;
    if (source_cap.type != CAP_THREAD)
        return error_capability(1);
    struct tcb *source = cap_object(source_cap);
    uint64_t flags = invocation_arg(inv, 0);

    if (flags & 1 << 0)
        tcb_suspend(source);
    if (flags & 1 << 1)
        tcb_cancel_ipc(t);
    bool frame = flags & 1 << 2, integer = flags & 1 << 3;
    for (unsigned i = frame ? 0 : FRAME_REGISTERS; i < (integer ? API_REGISTERS : FRAME_REGISTERS);
         i++)
        *register_of(t, i) = i == 0 ? tcb_ip(source) : *register_of(source, i);
    registers_changed(t, frame);
    if (flags & 1 << 1)
        tcb_resume(t);
    return 0;
}

/* --- Priorities --- */
/* `value` may be set on the authority of the thread capability `authority`. */
static int check_priority(uint64_t value, const struct slot *authority)
{
    if (authority->cap.type != CAP_THREAD)
        return error_capability(1);
    const struct tcb *t = cap_object(authority->cap);
    return value > t->mcp ? error_range(seL4_MinPrio, t->mcp) : 0;
}

static int set_priority(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 1, 1))
        return seL4_TruncatedMessage;
    uint64_t priority = invocation_arg(inv, 0);
    int error = check_priority(priority, inv->extra[0]);
    if (error)
        return error;
    sched_set_priority(t, (unsigned)priority);
    return 0;
}

static int set_mcp(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 1, 1))
        return seL4_TruncatedMessage;
    uint64_t mcp = invocation_arg(inv, 0);
    int error = check_priority(mcp, inv->extra[0]);
    if (error)
        return error;
    t->mcp = (uint8_t)mcp;
    return 0;
}

static int set_sched_params(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 2, 1))
        return seL4_TruncatedMessage;
    uint64_t mcp = invocation_arg(inv, 0), priority = invocation_arg(inv, 1);
    int error = check_priority(mcp, inv->extra[0]) ?: check_priority(priority, inv->extra[0]);
    if (error)
        return error;
    t->mcp = (uint8_t)mcp;
    sched_set_priority(t, (unsigned)priority);
    return 0;
}

/* --- Spaces and IPC buffer --- */
/* A capability to be put in one of the thread's slots; `source` NULL leaves that slot alone. */
struct slot_change {
    enum tcb_slot slot;
    struct slot *source;
    struct cap cap;      /* as it will stand there */
    struct cap expected; /* what `source` held when it was checked */
};

static struct slot_change no_change(enum tcb_slot slot)
{
    return (struct slot_change){.slot = slot};
}

/* A root: of a given type, optionally with a new guard. */
static int check_root(struct slot *source, enum tcb_slot slot, enum cap_type type, uint64_t data,
                      struct slot_change *change)
{
    struct cap cap = source->cap;
    if (cap.type != type)
        return seL4_IllegalOperation;
    if (data)
        cap = cap_update_data(cap, data, false);
    if (cap.type == CAP_NULL)
        return seL4_IllegalOperation;
    *change = (struct slot_change){slot, source, cap, source->cap};
    return cap_derive(source, &change->cap);
}

static int check_spaces(struct slot *cspace, uint64_t cspace_data, struct slot *vspace,
                        uint64_t vspace_data, struct slot_change changes[2])
{
    return check_root(cspace, TCB_CSPACE, CAP_CNODE, cspace_data, &changes[0])
               ?: check_root(vspace, TCB_VSPACE, CAP_PML4, vspace_data, &changes[1]);
}

static int check_buffer(struct slot *frame, uint64_t addr, struct slot_change *change)
{
    *change = no_change(TCB_IPC_BUFFER);
    if (addr == 0)
        return 0; /* no buffer from now on */
    int error = tcb_check_ipc_buffer(addr, frame->cap);
    if (error)
        return error;
    *change = (struct slot_change){TCB_IPC_BUFFER, frame, frame->cap, frame->cap};
    return cap_derive(frame, &change->cap);
}

/*
 * Empties the thread's slot (which can take long and even delete what was about to be put there)
 * and fills it. All of it can be done again after a preemption.
 */
static int apply_change(struct invocation *inv, struct tcb *t, const struct slot_change *change)
{
    struct slot *dest = &t->slots[change->slot];
    if (change->source == dest)
        return 0;
    int status = slot_delete(dest);
    if (status)
        return status;
    bool thread_is_left = cap_same_object(inv->cap, inv->slot->cap);
    if (change->source && thread_is_left && slot_is_empty(dest) &&
        cap_same_object(change->expected, change->source->cap))
        slot_insert(dest, change->cap, change->source);
    return 0;
}

static int apply_spaces(struct invocation *inv, struct tcb *t, uint64_t fault_ep,
                        const struct slot_change changes[2])
{
    t->fault_handler = fault_ep;
    for (unsigned i = 0; i < 2; i++) {
        int status = apply_change(inv, t, &changes[i]);
        if (status)
            return status;
    }
    if (t == this_core()->current)
        vspace_load(this_core(), t);
    return 0;
}

static int apply_buffer(struct invocation *inv, struct tcb *t, uint64_t addr,
                        const struct slot_change *change)
{
    int status = apply_change(inv, t, change);
    if (status)
        return status;
    t->ipc_buffer = addr;
    if (change->source)
        t->ipc_buffer_offset = addr & MASK(cap_frame_size_bits(change->cap));
    return 0;
}

static int set_space(struct invocation *inv, struct tcb *t)
{
    struct slot_change spaces[2];
    if (!invocation_has(inv, 3, 2))
        return seL4_TruncatedMessage;
    return check_spaces(inv->extra[0], invocation_arg(inv, 1), inv->extra[1],
                        invocation_arg(inv, 2), spaces)
               ?: apply_spaces(inv, t, invocation_arg(inv, 0), spaces);
}

static int set_ipc_buffer(struct invocation *inv, struct tcb *t)
{
    struct slot_change buffer;
    if (!invocation_has(inv, 1, 1))
        return seL4_TruncatedMessage;
    uint64_t addr = invocation_arg(inv, 0);
    return check_buffer(inv->extra[0], addr, &buffer) ?: apply_buffer(inv, t, addr, &buffer);
}

static int configure(struct invocation *inv, struct tcb *t)
{
    struct slot_change spaces[2], buffer;
    if (!invocation_has(inv, 4, 3))
        return seL4_TruncatedMessage;
    uint64_t addr = invocation_arg(inv, 3);
    return check_buffer(inv->extra[2], addr, &buffer)
               ?: check_spaces(inv->extra[0], invocation_arg(inv, 1), inv->extra[1],
                               invocation_arg(inv, 2), spaces)
               ?: apply_spaces(inv, t, invocation_arg(inv, 0), spaces)
               ?: apply_buffer(inv, t, addr, &buffer);
}

/* --- The rest --- */
static int bind_notification(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;
    struct cap cap = inv->extra[0]->cap;
    if (t->notification || !cap_is(cap, CAP_NOTIFICATION, CAP_RIGHT_READ))
        return seL4_IllegalOperation;
    struct notification *n = cap_object(cap);
    if (n->bound || n->queue.head)
        return seL4_IllegalOperation;
    tcb_bind_notification(t, n);
    return 0;
}

static int unbind_notification(struct tcb *t)
{
    if (!t->notification)
        return seL4_IllegalOperation;
    tcb_unbind_notification(t);
    return 0;
}

static int set_affinity(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 1, 0))
        return seL4_TruncatedMessage;
    if (invocation_arg(inv, 0) >= CONFIG_MAX_NUM_NODES)
        return error_range(0, CONFIG_MAX_NUM_NODES - 1);
    t->affinity = (uint8_t)invocation_arg(inv, 0);
    return 0;
}

static int set_tls_base(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 1, 0))
        return seL4_TruncatedMessage;
    if (!address_is_user(invocation_arg(inv, 0)))
        return error_range(0, USER_TOP - 1);
    t->context.fs_base = invocation_arg(inv, 0);
    if (t == this_core()->current)
        context_switch(this_core(), t);
    return 0;
}

/* flags to clear, flags to set -> the flags that are set now */
static int set_flags(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 2, 0))
        return seL4_TruncatedMessage;
    uint64_t clear = invocation_arg(inv, 0), set = invocation_arg(inv, 1) & seL4_TCBFlag_MASK;
    t->flags = (uint8_t)((t->flags & ~clear) | set);
    if (t == this_core()->current)
        fpu_take(this_core(), t);
    invocation_reply(inv, 0, t->flags);
    return 0;
}

/* ; second-level root */
static int set_ept_root(struct invocation *inv, struct tcb *t)
{
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;
    struct slot *source = inv->extra[0];
    if (source->cap.type != CAP_EPT_PML4 || !cap_table_mapped(source->cap))
        return error_capability(1);
    struct slot *dest = &t->slots[TCB_EPT_ROOT];
    int error = slot_is_empty(dest) ? 0 : slot_delete(dest);
    if (error)
        return error;
    /* That may have been the last capability but one of the family: look again. */
    if (source->cap.type != CAP_EPT_PML4)
        return error_capability(1);
    slot_insert(dest, source->cap, source);
    return 0;
}

int thread_invoke(struct invocation *inv)
{
    struct tcb *t = cap_object(inv->cap);
    if (!thread_is_ready(t))
        thread_init(t);

    switch (inv->label) {
    case TCBReadRegisters:
        return read_registers(inv, t);
    case TCBWriteRegisters:
        return write_registers(inv, t);
    case TCBCopyRegisters:
        return copy_registers(inv, t);
    case TCBConfigure:
        return configure(inv, t);
    case TCBSetPriority:
        return set_priority(inv, t);
    case TCBSetMCPriority:
        return set_mcp(inv, t);
    case TCBSetSchedParams:
        return set_sched_params(inv, t);
    case TCBSetIPCBuffer:
        return set_ipc_buffer(inv, t);
    case TCBSetSpace:
        return set_space(inv, t);
    case TCBSuspend:
        tcb_suspend(t);
        return 0;
    case TCBResume:
        tcb_resume(t);
        return 0;
    case TCBBindNotification:
        return bind_notification(inv, t);
    case TCBUnbindNotification:
        return unbind_notification(t);
    case TCBSetAffinity:
        return set_affinity(inv, t);
    case TCBSetTLSBase:
        return set_tls_base(inv, t);
    case TCBSetFlags:
        return set_flags(inv, t);
    case TCBSetEPTRoot:
        return set_ept_root(inv, t);
    default:
        return seL4_IllegalOperation;
    }
}

/* --- Scheduling domains: there is one, so setting it is only checked --- */
static int domain_invoke(struct invocation *inv)
{
    if (inv->label != DomainSetSet)
        return seL4_IllegalOperation;
    if (!invocation_has(inv, 1, 1))
        return seL4_TruncatedMessage;
    if (invocation_arg(inv, 0) >= CONFIG_NUM_DOMAINS)
        return error_argument(0);
    if (inv->extra[0]->cap.type != CAP_THREAD)
        return error_argument(1);
    return 0;
}

const struct cap_ops domain_ops = {.name = "domain", .invoke = domain_invoke};
