/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: a thread that cannot go on calls its fault handler, with a message that the kernel writes
 * for it. Layouts: libs/sel4/include/sel4/faults.h.
 */
#include "api/invocation.h"
#include "cpu/print.h"
#include "ipc/endpoint.h"
#include "ipc/ipc.h"
#include "object/lookup.h"
#include "object/tcb.h"
#include "sched/sched.h"
#include <sel4/faults.h>
#include <sel4/messages.h>

/*
 * User context words in the order of the UnknownSyscall message, as offsets. From the third last on
 * they are the start of a UserException message, too, and that one's first word starts the others.
 */
#define REG(name) __builtin_offsetof(struct user_context, name)
static const uint16_t registers[] = {
    REG(rax), REG(rbx), REG(rcx), REG(rdx), REG(rsi), REG(rdi), REG(rbp), REG(r8),  REG(r9),
    REG(r10), REG(r11), REG(r12), REG(r13), REG(r14), REG(r15), REG(rip), REG(rsp), REG(rflags),
};
#define FROM_RIP (registers + ARRAY_SIZE(registers) - 3)

/* What is told of a fault: some registers, and then words of tcb.fault. */
static const struct layout {
    const uint16_t *registers;
    uint8_t count, words;
    bool answered; /* the handler's message replaces the registers, and its label decides */
} layouts[] = {
    [seL4_Fault_CapFault] = {FROM_RIP, 1, 3, false}, /* and the details of the failed look-up */
    [seL4_Fault_UnknownSyscall] = {registers, ARRAY_SIZE(registers), 1, true},
    [seL4_Fault_UserException] = {FROM_RIP, 3, 2, true},
    [seL4_Fault_VMFault] = {FROM_RIP, 1, 3, false},
};

static const uint8_t lookup_failure_details[] = {
    [seL4_MissingCapability] = 1,
    [seL4_DepthMismatch] = 2,
    [seL4_GuardMismatch] = 3,
};

static uint64_t *context_word(struct tcb *t, uint16_t offset)
{
    return (uint64_t *)((char *)&t->context + offset);
}

void fault_transfer(struct tcb *faulter, struct tcb *to, uint64_t badge)
{
    const struct layout layout = layouts[faulter->fault_type];
    unsigned length = layout.count + layout.words;

    if (faulter->fault_type == seL4_Fault_CapFault)
        length += lookup_failure_details[faulter->fault[2]];
    for (unsigned i = 0; i < layout.count; i++)
        message_put_word(to, i, *context_word(faulter, layout.registers[i]));
    for (unsigned i = layout.count; i < length; i++)
        message_put_word(to, i, faulter->fault[i - layout.count]);
    if (length > MESSAGE_REGISTERS)
        length = message_length(length, tcb_ipc_buffer(to));
    CTX_INFO(&to->context) = message_info(faulter->fault_type, length);
    CTX_CAP(&to->context) = badge;
}

bool fault_reply(struct tcb *faulter, struct tcb *handler)
{
    const struct layout *layout = &layouts[faulter->fault_type];
    if (!layout->answered)
        return true; /* it tries again */

    uint64_t info = CTX_INFO(&handler->context);
    const uint64_t *buffer = tcb_ipc_buffer(handler);
    unsigned count = MIN(message_length(info, buffer), layout->count);
    for (unsigned i = 0; i < count; i++)
        *context_word(faulter, layout->registers[i]) = message_word(handler, buffer, i);
    tcb_sanitise_context(faulter);
    return message_label(info) == 0;
}

/* Nobody to tell: the thread stops for good. Said on the console, since nothing else will show. */
static void double_fault(struct tcb *t, const char *why)
{
#ifdef CONFIG_PRINTING
    kprintf("kernel: thread \"%s\" stopped: fault %u at 0x%lx (0x%lx 0x%lx), %s\n", t->name,
            t->fault_type, t->context.rip, t->fault[0], t->fault[2], why);
#endif
    (void)why;
    t->fault_type = seL4_Fault_NullFault;
    t->state = THREAD_INACTIVE;
    sched_reschedule();
}

/* `t` cannot go on: tell its fault handler. t->fault is filled in. */
static void fault_raise(struct tcb *t, unsigned type)
{
    t->fault_type = (uint16_t)type;
    struct slot *slot = lookup_slot(t, t->fault_handler);

    if (!slot || slot->cap.type != CAP_ENDPOINT) {
        double_fault(t, "and it has no fault handler");
        return;
    }
    struct send how = ipc_send_by(slot->cap, true, true);
    if (cap_is(slot->cap, CAP_ENDPOINT, CAP_RIGHT_WRITE) && (how.grant || how.grant_reply))
        ipc_send(t, cap_object(slot->cap), how);
    else
        double_fault(t, "and its fault handler's capability lacks rights");
}

void fault_raise_cap(struct tcb *t, uint64_t cptr, bool in_receive)
{
    const struct api_error *e = &this_core()->error;
    bool guard = e->lookup == seL4_GuardMismatch;

    tcb_rewind_syscall(t);
    t->fault[0] = cptr;
    t->fault[1] = in_receive;
    t->fault[2] = e->lookup;
    t->fault[3] = e->bits_left;
    t->fault[4] = guard ? e->guard_found : e->bits_found;
    t->fault[5] = e->bits_found;
    fault_raise(t, seL4_Fault_CapFault);
}

void fault_raise_syscall(struct tcb *t, uint64_t number)
{
    tcb_rewind_syscall(t);
    t->fault[0] = number;
    fault_raise(t, seL4_Fault_UnknownSyscall);
}

void handle_user_exception(uint64_t vector, uint64_t error)
{
    struct tcb *t = this_core()->current;
    t->fault[0] = vector;
    t->fault[1] = error;
    fault_raise(t, seL4_Fault_UserException);
    sched_choose();
}

void handle_page_fault(uint64_t address, uint64_t error)
{
    struct tcb *t = this_core()->current;
    t->fault[0] = address;
    t->fault[1] = error >> 4 & 1; /* an instruction fetch */
    t->fault[2] = error;
    fault_raise(t, seL4_Fault_VMFault);
    sched_choose();
}
