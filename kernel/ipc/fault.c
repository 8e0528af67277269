/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: a thread that cannot go on calls its fault handler, with a message that the kernel writes
 * for it. Layouts: libs/sel4/include/sel4/faults.h.
 */
#include "api/invocation.h"
#include "cpu/print.h"
#include "ipc/ipc.h"
#include "object/endpoint.h"
#include "object/lookup.h"
#include "object/tcb.h"
#include "sched/sched.h"
#include <sel4/faults.h>
#include <sel4/messages.h>

/*
 * User context words in the order of the UnknownSyscall message, as offsets; its first three after
 * the general registers are also the start of a UserException message.
 */
#define REG(name) __builtin_offsetof(struct user_context, name)
static const uint16_t syscall_registers[] = {
    REG(rax), REG(rbx), REG(rcx), REG(rdx), REG(rsi), REG(rdi), REG(rbp), REG(r8),  REG(r9),
    REG(r10), REG(r11), REG(r12), REG(r13), REG(r14), REG(r15), REG(rip), REG(rsp), REG(rflags),
};
static const uint16_t exception_registers[] = {REG(rip), REG(rsp), REG(rflags)};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t *context_word(struct tcb *t, uint16_t offset)
{
    return (uint64_t *)((char *)&t->context + offset);
}

static unsigned put_registers(struct tcb *faulter, struct tcb *to, const uint16_t *registers,
                              unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ipc_put_word(to, i, *context_word(faulter, registers[i]));
    return count;
}

static unsigned put_words(struct tcb *to, unsigned at, const uint64_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ipc_put_word(to, at + i, words[i]);
    return at + count;
}

void fault_transfer(struct tcb *faulter, struct tcb *to, uint64_t badge)
{
    const struct fault *fault = &faulter->fault;
    unsigned length = 0;

    switch (fault->type) {
    case seL4_Fault_CapFault:
        ipc_put_word(to, seL4_CapFault_IP, faulter->context.rip);
        length = put_words(to, 1, fault->word,
                           fault->word[2] == seL4_GuardMismatch       ? 6
                           : fault->word[2] == seL4_DepthMismatch     ? 5
                           : fault->word[2] == seL4_MissingCapability ? 4
                                                                      : 3);
        break;
    case seL4_Fault_UnknownSyscall:
        length = put_registers(faulter, to, syscall_registers, COUNT(syscall_registers));
        length = put_words(to, length, fault->word, 1);
        break;
    case seL4_Fault_UserException:
        length = put_registers(faulter, to, exception_registers, COUNT(exception_registers));
        length = put_words(to, length, fault->word, 2);
        break;
    case seL4_Fault_VMFault:
        ipc_put_word(to, seL4_VMFault_IP, faulter->context.rip);
        length = put_words(to, 1, fault->word, 3);
        break;
    }
    if (length > MESSAGE_REGISTERS && !tcb_ipc_buffer(to))
        length = MESSAGE_REGISTERS;
    CTX_INFO(&to->context) = fault->type << 12 | length;
    CTX_CAP(&to->context) = badge;
}

/* The handler's message replaces the thread's registers, as many as it has words. */
static void take_registers(struct tcb *faulter, const struct tcb *handler,
                           const uint16_t *registers, unsigned count)
{
    const uint64_t *buffer = tcb_ipc_buffer(handler);
    unsigned length = CTX_INFO(&handler->context) & 0x7f;

    if (!buffer && length > MESSAGE_REGISTERS)
        length = MESSAGE_REGISTERS;
    for (unsigned i = 0; i < count && i < length; i++)
        *context_word(faulter, registers[i]) = ipc_word(handler, buffer, i);
    tcb_sanitise_context(faulter);
}

bool fault_reply(struct tcb *faulter, const struct tcb *handler)
{
    bool resume = CTX_INFO(&handler->context) >> 12 == 0;

    switch (faulter->fault.type) {
    case seL4_Fault_UnknownSyscall:
        take_registers(faulter, handler, syscall_registers, COUNT(syscall_registers));
        return resume;
    case seL4_Fault_UserException:
        take_registers(faulter, handler, exception_registers, COUNT(exception_registers));
        return resume;
    default:
        return true; /* it tries again */
    }
}

/* Nobody to tell: the thread stops for good. Said on the console, since nothing else will show. */
static void double_fault(struct tcb *t, const char *why)
{
    kprintf("kernel: thread \"%s\" stopped: fault %lu at 0x%lx (0x%lx 0x%lx), %s\n", t->name,
            t->fault.type, t->context.rip, t->fault.word[0], t->fault.word[2], why);
    t->fault.type = 0;
    t->state = THREAD_INACTIVE;
    sched_reschedule();
}

void fault_raise(struct tcb *t)
{
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
    t->fault = (struct fault){.type = seL4_Fault_CapFault,
                              .word = {cptr, in_receive, e->lookup, e->bits_left,
                                       guard ? e->guard_found : e->bits_found, e->bits_found}};
    fault_raise(t);
}

void fault_raise_syscall(struct tcb *t, uint64_t number)
{
    tcb_rewind_syscall(t);
    t->fault = (struct fault){.type = seL4_Fault_UnknownSyscall, .word = {number}};
    fault_raise(t);
}

void handle_user_exception(uint64_t vector, uint64_t error)
{
    struct tcb *t = this_core()->current;
    t->fault = (struct fault){.type = seL4_Fault_UserException, .word = {vector, error}};
    fault_raise(t);
    sched_choose();
}

void handle_page_fault(uint64_t address, uint64_t error)
{
    struct tcb *t = this_core()->current;
    bool fetch = error & 1 << 4;
    t->fault = (struct fault){.type = seL4_Fault_VMFault, .word = {address, fetch, error}};
    fault_raise(t);
    sched_choose();
}
