/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The instance's fault thread: says what happened to a thread and where, and leaves it stopped. The
 * kernel's fault messages are those of <sel4/faults.h>; the badge is the thread's index plus one.
 */
#include "camkes_private.h"

#include <base/bits.h>
#include <inttypes.h>
#include <string.h>

static const char *const exceptions[] = {
    "division error (#DE)",
    "debug exception (#DB)",
    "non-maskable interrupt",
    "breakpoint (#BP)",
    "overflow (#OF)",
    "bound range exceeded (#BR)",
    "invalid instruction (#UD)",
    "device not available (#NM)",
    "double fault (#DF)",
    "coprocessor overrun",
    "invalid TSS (#TS)",
    "segment not present (#NP)",
    "stack fault (#SS)",
    "general protection fault (#GP)",
    "page fault (#PF)",
    "reserved exception",
    "x87 floating-point error (#MF)",
    "misaligned access (#AC)",
    "machine check (#MC)",
    "SIMD floating-point error (#XM)",
};

static const char *const lookup_failures[] = {
    [seL4_InvalidRoot] = "a CNode on the way is missing",
    [seL4_MissingCapability] = "the slot is empty",
    [seL4_DepthMismatch] = "the address has bits left over",
    [seL4_GuardMismatch] = "the address lies outside the CSpace",
};

/* What `texts` has for `number`, which may be anything. */
static const char *text_of(const char *const *texts, size_t count, seL4_Word number,
                           const char *unknown)
{
    return number < count && texts[number] ? texts[number] : unknown;
}
#define TEXT_OF(texts, number, unknown) text_of(texts, ARRAY_SIZE(texts), number, unknown)

static const char *stack_note(const struct camkes_thread *thread, seL4_Word address)
{
    seL4_Word stack = (seL4_Word)thread->stack;
    return address < stack && stack - address <= PAGE_SIZE_4K
               ? ", just below the thread's stack: it overflowed (attribute _stack_size)"
           : address < PAGE_SIZE_4K ? ", a null pointer"
                                    : "";
}

static void print_vm_fault(const struct camkes_thread *thread, const seL4_Word *mr)
{
    seL4_Word code = mr[seL4_VMFault_FSR];
    seL4_Word address = mr[seL4_VMFault_Addr];
    const char *access = mr[seL4_VMFault_PrefetchFault] != 0 ? "execution"
                         : (code & 2) != 0                   ? "write"
                                                             : "read";
    camkes_print("  %s at address 0x%" PRIx64 ", which is %s%s\n", access, address,
                 (code & 1) != 0 ? "mapped without that right" : "not mapped",
                 stack_note(thread, address));
}

static void print_kind(const struct camkes_thread *thread, seL4_Word kind, const seL4_Word *mr)
{
    switch (kind) {
    case seL4_Fault_VMFault:
        print_vm_fault(thread, mr);
        break;
    case seL4_Fault_UserException: {
        seL4_Word number = mr[seL4_UserException_Number];
        camkes_print("  exception %" PRIu64 ", error code 0x%" PRIx64 ": %s\n", number,
                     mr[seL4_UserException_Code], TEXT_OF(exceptions, number, "unknown exception"));
        break;
    }
    case seL4_Fault_CapFault:
        camkes_print("  no usable capability at 0x%" PRIx64 " for %s: %s\n", mr[seL4_CapFault_Addr],
                     mr[seL4_CapFault_InRecvPhase] != 0 ? "receiving" : "sending",
                     TEXT_OF(lookup_failures, mr[seL4_CapFault_LookupFailureType],
                             "wrong kind of capability"));
        break;
    case seL4_Fault_UnknownSyscall:
        camkes_print("  unknown system call %" PRIu64 "\n", mr[seL4_UnknownSyscall_Syscall]);
        break;
    default:
        camkes_print("  fault of unknown kind %" PRIu64 "\n", kind);
        break;
    }
}

static void print_registers(const seL4_UserContext *r)
{
    camkes_print("  rip %016" PRIx64 "  rsp %016" PRIx64 "  rflags %08" PRIx64 "\n", r->rip, r->rsp,
                 r->rflags);
    const struct {
        const char *name;
        seL4_Word value;
    } registers[] = {
        {"rax", r->rax}, {"rbx", r->rbx}, {"rcx", r->rcx}, {"rdx", r->rdx}, {"rsi", r->rsi},
        {"rdi", r->rdi}, {"rbp", r->rbp}, {"r8 ", r->r8},  {"r9 ", r->r9},  {"r10", r->r10},
        {"r11", r->r11}, {"r12", r->r12}, {"r13", r->r13}, {"r14", r->r14}, {"r15", r->r15},
    };
    for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
        camkes_print("  %s %016" PRIx64 "%s", registers[i].name, registers[i].value,
                     i % 3 == 2 ? "\n" : "");
    }
}

static void report(const struct camkes_thread *thread, seL4_Word kind, const seL4_Word *mr)
{
    /* The first words are those that scripts written elsewhere wait for. */
    camkes_print("\nFAULT HANDLER: %s: thread '%s' faulted and is stopped; the rest of the system "
                 "carries on\n",
                 camkes_instance.name, thread->name);
    print_kind(thread, kind, mr);
    seL4_UserContext registers = {0};
    seL4_Error error =
        seL4_TCB_ReadRegisters(thread->tcb, 1, 0, seL4_UserContext_Words, &registers);
    if (error != seL4_NoError) {
        camkes_print("  its registers could not be read (error %d)\n", (int)error);
        return;
    }
    print_registers(&registers);
    camkes_print("  backtrace:\n");
    camkes_backtrace(registers.rip, registers.rsp, registers.rbp, thread);
}

_Noreturn void camkes_fault_main(void)
{
    for (;;) {
        seL4_Word badge;
        seL4_Word mr[seL4_UnknownSyscall_Length];
        seL4_MessageInfo_t info = seL4_Recv(camkes_instance.fault_endpoint, &badge);
        memcpy(mr, seL4_GetIPCBuffer()->msg, sizeof(mr));
        if (badge == 0 || badge > camkes_instance.thread_count) {
            camkes_print("%s: fault message with an unknown badge %" PRIu64 "\n",
                         camkes_instance.name, badge);
            continue;
        }
        /* Not answering leaves the thread stopped. */
        report(&camkes_instance.threads[badge - 1], seL4_MessageInfo_get_label(info), mr);
    }
}
