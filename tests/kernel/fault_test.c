/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: what the handler is told, and what its answer does.
 */
#include "harness.h"

#define NOWHERE 0x123456789000ul

static volatile seL4_Word seen[8];
extern char fault_ud2[], fault_read[], fault_write[], fault_hlt[];

static void user_exception(seL4_Word index, seL4_Word unused)
{
    (void)unused;
    __asm__ volatile(".globl fault_ud2\nfault_ud2: ud2");
    seen[index] = 1;
}

static void read_nowhere(seL4_Word index, seL4_Word unused)
{
    (void)unused;
    seL4_Word value;
    __asm__ volatile(".globl fault_read\nfault_read: mov (%1), %0" : "=r"(value) : "r"(NOWHERE));
    seen[index] = 1;
}

static void write_nowhere(seL4_Word address, seL4_Word index)
{
    __asm__ volatile(".globl fault_write\nfault_write: movq $1, (%0)" ::"r"(address) : "memory");
    seen[index] = 1;
}

static void jump_nowhere(seL4_Word address, seL4_Word unused)
{
    (void)unused;
    ((void (*)(void))address)();
}

/* The thread, stopped at its fault, with the message received. */
static bool fault_of(struct thread *t, thread_function function, seL4_Word a, seL4_Word b,
                     seL4_CPtr ep, seL4_Word type)
{
    seL4_Word badge;
    for (unsigned i = 0; i < 8; i++)
        seen[i] = 0;
    if (!thread_make(t, function, a, b, LOWER, mint(ep, seL4_AllRights, 0xfa)) ||
        seL4_TCB_Resume(t->tcb) != seL4_NoError)
        return false;
    seL4_MessageInfo_t info = seL4_Recv(ep, &badge);
    return badge == 0xfa && seL4_MessageInfo_get_label(info) == type;
}

static void fault_exception(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, user_exception, 0, 0, ep, seL4_Fault_UserException));
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_FaultIP), fault_ud2);
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), 6);
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_Code), 0);
    seL4_SetMR(0, (seL4_Word)fault_ud2 + 2);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 1));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
}

/* An answer with a label leaves the thread stopped; resuming it tries again. */
static void fault_answer_with_label(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, user_exception, 0, 0, ep, seL4_Fault_UserException));
    seL4_Reply(seL4_MessageInfo_new(1, 0, 0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 0);
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(ep, 0)), seL4_Fault_UserException);
}

static void general_protection(seL4_Word index, seL4_Word unused)
{
    (void)unused;
    __asm__ volatile(".globl fault_hlt\nfault_hlt: hlt");
    seen[index] = 1;
}

static void fault_privileged_instruction(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, general_protection, 0, 0, ep, seL4_Fault_UserException));
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), 13);
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_FaultIP), fault_hlt);
}

static void fault_read_access(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, read_nowhere, 0, 0, ep, seL4_Fault_VMFault));
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_IP), fault_read);
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_Addr), NOWHERE);
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_PrefetchFault), 0);
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_FSR) & 7, 4); /* a read by a user of what is not there */
}

static void fault_write_access(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, write_nowhere, NOWHERE, 0, ep, seL4_Fault_VMFault));
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_IP), fault_write);
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_FSR) & 7, 6);
}

/* The kernel's memory is as good as absent. */
static void fault_kernel_memory(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, write_nowhere, 0xffff800000100000ul, 0, ep, seL4_Fault_VMFault));
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_Addr), 0xffff800000100000ul);
}

static void fault_execution(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, jump_nowhere, NOWHERE, 0, ep, seL4_Fault_VMFault));
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_IP), NOWHERE);
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_Addr), NOWHERE);
}

/* The handler maps what was missing, and the instruction is done again. */
static void fault_pager(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), frame;
    struct thread t;
    void *page = make_page(&frame);
    CHECK(page);
    CHECK_OK(seL4_X86_Page_Unmap(frame));
    CHECK(fault_of(&t, write_nowhere, (seL4_Word)page, 0, ep, seL4_Fault_VMFault));
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_Addr), page);
    CHECK_OK(
        seL4_X86_Page_Map(frame, seL4_CapInitThreadVSpace, (seL4_Word)page, seL4_ReadWrite, 0));
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
    CHECK_EQUAL(*(seL4_Word *)page, 1);
}

static void unknown_system_call(seL4_Word number, seL4_Word index)
{
    seL4_Word result = number;
    __asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
    seen[index] = result;
}

static void fault_unknown_system_call(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, unknown_system_call, 1234, 0, ep, seL4_Fault_UnknownSyscall));
    CHECK_EQUAL(seL4_GetMR(seL4_UnknownSyscall_Syscall), 1234);
    CHECK_EQUAL(seL4_GetMR(seL4_UnknownSyscall_RAX), 1234);
    /*
     * As an emulator would: a result, and on after the instruction, whose address is given.
     */
    seL4_SetMR(seL4_UnknownSyscall_RAX, 4321);
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, seL4_GetMR(seL4_UnknownSyscall_FaultIP) + 2);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, seL4_UnknownSyscall_Length));
    let_others_run();
    CHECK_EQUAL(seen[0], 4321);
}

static void halt(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    seL4_DebugHalt();
}

/* Stopping the machine is for threads that may control all others. */
static void fault_halt_without_authority(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, halt, 0, 0, ep, seL4_Fault_UnknownSyscall));
    CHECK_EQUAL(seL4_GetMR(seL4_UnknownSyscall_Syscall), (seL4_Word)seL4_SysDebugHalt);
}

static void enter_guest(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    seL4_VMEnter(NULL);
}

/* A thread that has no VCPU has no such system call. */
static void fault_enter_without_vcpu(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, enter_guest, 0, 0, ep, seL4_Fault_UnknownSyscall));
    CHECK_EQUAL(seL4_GetMR(seL4_UnknownSyscall_Syscall), (seL4_Word)seL4_SysVMEnter);
}

static void send_to(seL4_Word cptr, seL4_Word index)
{
    seL4_Send(cptr, seL4_MessageInfo_new(0, 0, 0, 0));
    seen[index] = 1;
}

static void receive_from(seL4_Word cptr, seL4_Word index)
{
    seL4_Recv(cptr, 0);
    seen[index] = 1;
}

static void fault_capability(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(fault_of(&t, send_to, BIT(62), 0, ep, seL4_Fault_CapFault));
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_Addr), BIT(62));
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_InRecvPhase), 0);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_LookupFailureType), seL4_GuardMismatch);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_BitsLeft), 64);
}

/* Receiving from an empty slot; then the capability appears and the call is done again. */
static void fault_receive_tries_again(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), source = make(seL4_EndpointObject, 0);
    seL4_CPtr missing = new_slot();
    struct thread t;
    CHECK(fault_of(&t, receive_from, missing, 0, ep, seL4_Fault_CapFault));
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_Addr), missing);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_LookupFailureType), seL4_MissingCapability);
    CHECK_OK(seL4_CNode_Copy(ROOT, missing, DEPTH, ROOT, source, DEPTH, seL4_AllRights));
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    let_others_run();
    seL4_Send(source, seL4_MessageInfo_new(0, 0, 0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
}

/* The handler's capability must allow to send and to be answered. */
static void fault_handler_without_rights(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    seL4_Word badge = 1;
    CHECK(thread_make(&t, user_exception, 0, 0, LOWER, mint(ep, seL4_CanWrite, 7)));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    seL4_NBRecv(ep, &badge);
    CHECK_EQUAL(badge, 0);
}

/* A thread that waits to tell its handler can be suspended and deleted. */
static void fault_cancelled(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    seL4_Word badge = 1;
    CHECK(thread_make(&t, user_exception, 0, 0, LOWER, ep));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
    CHECK_EQUAL(seL4_NBRecv(ep, &badge).words[0], 0);
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_OK(seL4_CNode_Delete(ROOT, t.tcb, DEPTH));
    CHECK_EQUAL(seL4_NBRecv(ep, &badge).words[0], 0);
}

static void set_flags(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    /*
     * Direction and alignment-check flags are the thread's own; the kernel must not run with them.
     */
    __asm__ volatile("std; pushfq; orl $0x40000, (%%rsp); popfq; mov %0, %%rax; syscall; cld" ::"i"(
                         seL4_SysYield)
                     : "rax", "rcx", "r11", "memory");
    seen[0] = 1;
}

static void fault_odd_flags(void)
{
    struct thread t;
    seen[0] = 0;
    CHECK(thread_start(&t, set_flags, 0, 0, LOWER));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
}

TEST_GROUP(fault_tests, TEST(fault_exception), TEST(fault_answer_with_label),
           TEST(fault_privileged_instruction), TEST(fault_read_access), TEST(fault_write_access),
           TEST(fault_kernel_memory), TEST(fault_execution), TEST(fault_pager),
           TEST(fault_unknown_system_call), TEST(fault_halt_without_authority),
           TEST(fault_enter_without_vcpu), TEST(fault_capability), TEST(fault_receive_tries_again),
           TEST(fault_handler_without_rights), TEST(fault_cancelled), TEST(fault_odd_flags));
