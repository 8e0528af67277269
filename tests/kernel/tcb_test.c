/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: configuration, registers, suspension, priorities, TLS, IPC buffers, FPU state.
 */
#include "harness.h"

static volatile seL4_Word seen[8];

static void count_up(seL4_Word index, seL4_Word unused)
{
    (void)unused;
    for (;;)
        seen[index]++;
}

static void set_once(seL4_Word index, seL4_Word value)
{
    seen[index] = value;
}

static void tcb_configure_errors(void)
{
    seL4_CPtr tcb = make(seL4_TCBObject, 0), ep = make(seL4_EndpointObject, 0), frame;
    seL4_CPtr vspace = seL4_CapInitThreadVSpace, fresh = make(seL4_X64_PML4Object, 0);
    void *page = make_page(&frame);
    CHECK(page);
    CHECK_EQUAL(seL4_TCB_Configure(tcb, 0, ep, 0, vspace, 0, 0, 0), seL4_IllegalOperation);
    CHECK_EQUAL(seL4_TCB_Configure(tcb, 0, ROOT, 0, ROOT, 0, 0, 0), seL4_IllegalOperation);
    /* An address space without an ASID cannot be used yet. */
    CHECK(seL4_TCB_Configure(tcb, 0, ROOT, 0, fresh, 0, 0, 0) != seL4_NoError);
    CHECK_OK(seL4_X86_ASIDPool_Assign(seL4_CapInitThreadASIDPool, fresh));
    CHECK_OK(seL4_TCB_Configure(tcb, 0, ROOT, 0, fresh, 0, 0, 0));
    CHECK_EQUAL(seL4_TCB_Configure(tcb, 0, ROOT, 0, vspace, 0, (seL4_Word)page + 8, frame),
                seL4_AlignmentError);
    CHECK_EQUAL(seL4_TCB_Configure(tcb, 0, ROOT, 0, vspace, 0, (seL4_Word)page, ep),
                seL4_IllegalOperation);
}

static void tcb_set_space_errors(void)
{
    seL4_CPtr tcb = make(seL4_TCBObject, 0), ep = make(seL4_EndpointObject, 0);
    CHECK_EQUAL(seL4_TCB_SetSpace(tcb, 0, ep, 0, seL4_CapInitThreadVSpace, 0),
                seL4_IllegalOperation);
    CHECK_EQUAL(seL4_TCB_SetSpace(tcb, 0, ROOT, 0, ep, 0), seL4_IllegalOperation);
    /* A guard that does not fit in 64 bits. */
    CHECK_EQUAL(seL4_TCB_SetSpace(tcb, 0, ROOT, seL4_CNode_CapData_new(0, 63).words[0],
                                  seL4_CapInitThreadVSpace, 0),
                seL4_IllegalOperation);
    CHECK_OK(seL4_TCB_SetSpace(tcb, 0, ROOT, 0, seL4_CapInitThreadVSpace, 0));
    /* Again: the old capabilities make room. */
    CHECK_OK(seL4_TCB_SetSpace(tcb, 0, ROOT, 0, seL4_CapInitThreadVSpace, 0));
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(tcb, seL4_MessageInfo_new(TCBSetSpace, 0, 0, 3))),
        seL4_TruncatedMessage);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(tcb, seL4_MessageInfo_new(CNodeCopy, 0, 0, 0))),
        seL4_IllegalOperation);
}

static void tcb_suspend_and_resume(void)
{
    struct thread t;
    seen[0] = 0;
    CHECK(thread_make(&t, set_once, 0, 5, HIGHER, 0));
    CHECK_EQUAL(seen[0], 0);
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    CHECK_EQUAL(seen[0], 5);
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
}

static void suspend_self(seL4_Word tcb, seL4_Word unused)
{
    (void)unused;
    seen[0] = 1;
    seen[1] = seL4_TCB_Suspend(tcb);
    seen[0] = 2;
}

static void tcb_suspend_self(void)
{
    struct thread t;
    seen[0] = 0;
    seen[1] = 9;
    CHECK(thread_make(&t, suspend_self, 0, 0, LOWER, 0));
    seL4_UserContext regs;
    CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
    regs.rsi = t.tcb; /* thread_main's second argument */
    CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_EQUAL(seen[0], 2);
    CHECK_OK(seen[1]);
}

static void wait_for_message(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    seL4_Word badge;
    seL4_Recv(ep, &badge);
    seen[0] = badge;
}

/* A thread that is suspended while it waits does its system call again when resumed. */
static void tcb_resume_restarts_system_call(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), badged = mint(ep, seL4_AllRights, 5);
    struct thread t;
    seen[0] = 0;
    CHECK(thread_start(&t, wait_for_message, ep, 0, LOWER));
    let_others_run();
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
    seL4_NBSend(badged, seL4_MessageInfo_new(0, 0, 0, 0)); /* nobody waits */
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_EQUAL(seen[0], 0);
    seL4_Send(badged, seL4_MessageInfo_new(0, 0, 0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 5);
}

/* --- Registers of a thread that waits --- */
extern char waiting_syscall[];

/* One system call, at a known address. */
static void wait_by(seL4_Word number, seL4_Word cap)
{
    __asm__ volatile("jmp waiting_syscall" ::"a"(number), "D"(cap), "S"(0));
}

__asm__(".text\n"
        ".globl waiting_syscall\n"
        "waiting_syscall: syscall\n\t"
        "ud2");

static void went_there(void)
{
    seen[0] = 77;
    seL4_TCB_Suspend(seen[1]);
}

struct wait_case {
    seL4_Word number, object;
};

static const struct wait_case wait_cases[] = {
    {seL4_SysRecv, seL4_EndpointObject},
    {seL4_SysCall, seL4_EndpointObject},
    {seL4_SysSend, seL4_EndpointObject},
    {seL4_SysRecv, seL4_NotificationObject},
};

/* It waits, and its registers say so: RIP is that of the SYSCALL. */
static bool wait_in(struct thread *t, const struct wait_case *c, seL4_UserContext *regs)
{
    return thread_start(t, wait_by, c->number, make(c->object, 0), LOWER) &&
           (let_others_run(), true) &&
           seL4_TCB_ReadRegisters(t->tcb, false, 0, seL4_UserContext_Words, regs) == seL4_NoError &&
           regs->rip == (seL4_Word)waiting_syscall;
}

/* Where it is told to go on, it goes on, not an instruction earlier. */
static void tcb_write_registers_of_waiting(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(wait_cases); i++) {
        struct thread t;
        seL4_UserContext regs;
        CHECK(wait_in(&t, &wait_cases[i], &regs));
        seen[0] = 0;
        seen[1] = t.tcb;
        regs.rip = (seL4_Word)went_there;
        regs.rsp = (regs.rsp & ~15ul) - 8;
        CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
        CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
        CHECK_EQUAL(regs.rip, went_there);
        CHECK_OK(seL4_TCB_Resume(t.tcb));
        let_others_run();
        CHECK_EQUAL(seen[0], 77);
    }
}

static void tcb_copy_registers_to_waiting(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(wait_cases); i++) {
        struct thread t, model;
        seL4_UserContext regs;
        CHECK(wait_in(&t, &wait_cases[i], &regs));
        CHECK(thread_make(&model, count_up, 0, 0, LOWER, 0));
        seen[0] = 0;
        seen[1] = t.tcb;
        regs.rip = (seL4_Word)went_there;
        regs.rsp = (regs.rsp & ~15ul) - 8;
        CHECK_OK(seL4_TCB_WriteRegisters(model.tcb, false, 0, seL4_UserContext_Words, &regs));
        CHECK_OK(seL4_TCB_CopyRegisters(t.tcb, model.tcb, false, false, true, true, 0));
        CHECK_OK(seL4_TCB_Resume(t.tcb));
        let_others_run();
        CHECK_EQUAL(seen[0], 77);
        /* The other way round: a copy of one that waits begins with its system call. */
        CHECK(wait_in(&t, &wait_cases[i], &regs));
        CHECK_OK(seL4_TCB_CopyRegisters(model.tcb, t.tcb, false, false, true, true, 0));
        CHECK_OK(seL4_TCB_ReadRegisters(model.tcb, false, 0, seL4_UserContext_Words, &regs));
        CHECK_EQUAL(regs.rip, waiting_syscall);
    }
}

/* Bases alone leave the rest as it is: the message arrives, and it goes on after the call. */
static void tcb_copy_bases_to_waiting(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), badged = mint(ep, seL4_AllRights, 5);
    struct thread t;
    seen[0] = 0;
    CHECK(thread_start(&t, wait_for_message, ep, 0, LOWER));
    let_others_run();
    CHECK_OK(seL4_TCB_CopyRegisters(t.tcb, t.tcb, false, false, false, true, 0));
    CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, false, 0, 0, &(seL4_UserContext){0}));
    seL4_Send(badged, seL4_MessageInfo_new(0, 0, 0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 5);
}

/* A suspended thread, too, is at its system call, and issues it once more only. */
static void tcb_suspended_in_system_call(void)
{
    struct thread t;
    seL4_UserContext regs;
    for (unsigned i = 0; i < ARRAY_SIZE(wait_cases); i++) {
        CHECK(wait_in(&t, &wait_cases[i], &regs));
        for (unsigned round = 0; round < 3; round++) {
            CHECK_OK(seL4_TCB_Suspend(t.tcb));
            CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
            CHECK_EQUAL(regs.rip, waiting_syscall);
            CHECK_OK(seL4_TCB_Resume(t.tcb));
            let_others_run();
        }
    }
}

static void tcb_registers(void)
{
    struct thread t;
    seL4_UserContext regs, back;
    seL4_Word *in = (seL4_Word *)&regs, *out = (seL4_Word *)&back;
    CHECK(thread_make(&t, set_once, 0, 0, LOWER, 0));
    for (unsigned i = 0; i < seL4_UserContext_Words; i++)
        in[i] = 0x1000 * (i + 1);
    regs.rflags = 0x202;
    CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
    CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words, &back));
    for (unsigned i = 0; i < seL4_UserContext_Words; i++)
        CHECK_EQUAL(out[i], in[i]);
    CHECK_EQUAL(seL4_TCB_ReadRegisters(t.tcb, false, 0, 0, &back), seL4_RangeError);
    CHECK_EQUAL(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words + 1, &back),
                seL4_RangeError);
    CHECK_EQUAL(seL4_TCB_ReadRegisters(seL4_CapInitThreadTCB, false, 0, 3, &back),
                seL4_IllegalOperation);
    CHECK_EQUAL(seL4_TCB_WriteRegisters(seL4_CapInitThreadTCB, false, 0, 3, &regs),
                seL4_IllegalOperation);
    /* More registers than there are words for, and than there are. */
    seL4_SetMR(0, 0);
    seL4_SetMR(1, seL4_UserContext_Words + 1);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(
            t.tcb, seL4_MessageInfo_new(TCBWriteRegisters, 0, 0, 2 + seL4_UserContext_Words))),
        seL4_TruncatedMessage);
    seL4_SetMR(0, 0);
    seL4_SetMR(1, ~0ul);
    CHECK_EQUAL(seL4_MessageInfo_get_label(
                    seL4_Call(t.tcb, seL4_MessageInfo_new(TCBWriteRegisters, 0, 0, 100))),
                seL4_TruncatedMessage);
}

/* Whatever is written, the thread stays an ordinary user thread. */
static void tcb_registers_cannot_hurt(void)
{
    seL4_CPtr fault = make(seL4_EndpointObject, 0);
    struct thread t;
    seL4_UserContext regs = {.rip = 0xffff800000000000ul,
                             .rsp = 0xffffffff80000000ul,
                             .rflags = ~0ul,
                             .fs_base = 0x8000000000000000ul,
                             .gs_base = 0xffff800000000000ul};
    seL4_UserContext back;
    CHECK(thread_make(&t, set_once, 0, 0, LOWER, fault));
    CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
    CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words, &back));
    CHECK_EQUAL(back.rip, 0);
    CHECK_EQUAL(back.fs_base, 0);
    CHECK_EQUAL(back.gs_base, 0);
    CHECK_EQUAL(back.rflags & 0x3000, 0); /* I/O privilege */
    CHECK_EQUAL(back.rflags & 0x200, 0x200);
    regs.rflags = 0x202;
    CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(fault, 0)), seL4_Fault_VMFault);
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_IP), 0);
}

static void tcb_copy_registers(void)
{
    struct thread a, b;
    seL4_UserContext regs = {0}, back;
    CHECK(thread_make(&a, set_once, 0, 0, LOWER, 0));
    CHECK(thread_make(&b, set_once, 0, 0, LOWER, 0));
    regs.rip = 0x1234;
    regs.r15 = 77;
    regs.gs_base = 0x5000;
    CHECK_OK(seL4_TCB_WriteRegisters(a.tcb, false, 0, seL4_UserContext_Words, &regs));
    CHECK_OK(seL4_TCB_CopyRegisters(b.tcb, a.tcb, false, false, true, false, 0));
    CHECK_OK(seL4_TCB_ReadRegisters(b.tcb, false, 0, seL4_UserContext_Words, &back));
    CHECK_EQUAL(back.rip, 0x1234);
    CHECK_EQUAL(back.r15, 77);
    CHECK_EQUAL(back.gs_base, 0);
    CHECK_OK(seL4_TCB_CopyRegisters(b.tcb, a.tcb, false, false, false, true, 0));
    CHECK_OK(seL4_TCB_ReadRegisters(b.tcb, false, 0, seL4_UserContext_Words, &back));
    CHECK_EQUAL(back.gs_base, 0x5000);
    CHECK_EQUAL(seL4_TCB_CopyRegisters(b.tcb, ROOT, false, false, true, true, 0),
                seL4_InvalidCapability);
}

static void tcb_priorities(void)
{
    seL4_CPtr tcb = make(seL4_TCBObject, 0), ep = make(seL4_EndpointObject, 0);
    seL4_CPtr weak = make(seL4_TCBObject, 0), self = seL4_CapInitThreadTCB;
    CHECK_EQUAL(seL4_TCB_SetPriority(tcb, ep, 5), seL4_InvalidCapability);
    CHECK_OK(seL4_TCB_SetMCPriority(weak, self, 50));
    CHECK_EQUAL(seL4_TCB_SetPriority(tcb, weak, 51), seL4_RangeError);
    CHECK_EQUAL(seL4_GetMR(0), seL4_MinPrio);
    CHECK_EQUAL(seL4_GetMR(1), 50);
    CHECK_OK(seL4_TCB_SetPriority(tcb, weak, 50));
    CHECK_EQUAL(seL4_TCB_SetMCPriority(tcb, weak, 51), seL4_RangeError);
    CHECK_EQUAL(seL4_TCB_SetSchedParams(tcb, weak, 10, 51), seL4_RangeError);
    CHECK_OK(seL4_TCB_SetSchedParams(tcb, self, 10, 255));
    CHECK_EQUAL(seL4_TCB_SetPriority(tcb, self, 256), seL4_RangeError);
    CHECK_EQUAL(seL4_TCB_SetPriority(tcb, self, ~0ul), seL4_RangeError);
}

static void tcb_affinity_and_domain(void)
{
    seL4_CPtr tcb = make(seL4_TCBObject, 0);
    CHECK_OK(seL4_TCB_SetAffinity(tcb, 0));
    CHECK_EQUAL(seL4_TCB_SetAffinity(tcb, CONFIG_MAX_NUM_NODES), seL4_RangeError);
    CHECK_OK(seL4_DomainSet_Set(seL4_CapDomain, 0, tcb));
    CHECK_EQUAL(seL4_DomainSet_Set(seL4_CapDomain, CONFIG_NUM_DOMAINS, tcb), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_DomainSet_Set(seL4_CapDomain, 0, ROOT), seL4_InvalidArgument);
}

static void read_tls(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    seL4_Word first;
    __asm__ volatile("mov %%fs:0, %0" : "=r"(first));
    seen[0] = first;
}

static void tcb_tls_base(void)
{
    static seL4_Word block[64]; /* room for the IPC buffer pointer below it */
    struct thread t;
    block[32] = 0x715715;
    CHECK(thread_make(&t, read_tls, 0, 0, LOWER, 0));
    CHECK_OK(seL4_TCB_SetTLSBase(t.tcb, (seL4_Word)&block[32]));
    CHECK_EQUAL(seL4_TCB_SetTLSBase(t.tcb, BIT(47)), seL4_RangeError);
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_EQUAL(seen[0], 0x715715);
}

/* Messages longer than the registers need a buffer; without one they are cut. */
static void tcb_without_ipc_buffer(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(thread_make(&t, wait_for_message, ep, 0, LOWER, 0));
    CHECK_OK(seL4_TCB_SetIPCBuffer(t.tcb, 0, 0));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    seL4_Send(mint(ep, seL4_AllRights, 1), seL4_MessageInfo_new(0, 0, 0, 50));
    seL4_UserContext regs;
    CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
    CHECK_EQUAL(regs.rsi & 0x7f, seL4_FastMessageRegisters);
    CHECK_EQUAL(regs.rdi, 1);
}

/* Nobody gets the kernel to write where he may not. */
static void tcb_ipc_buffer_read_only(void)
{
    seL4_CPtr tcb = make(seL4_TCBObject, 0), frame;
    void *page = make_page(&frame);
    CHECK(page);
    CHECK_EQUAL(seL4_TCB_SetIPCBuffer(tcb, (seL4_Word)page, mint(frame, seL4_CanRead, 0)),
                seL4_IllegalOperation);
    CHECK_EQUAL(seL4_TCB_SetIPCBuffer(tcb, (seL4_Word)page, mint(frame, seL4_NoRights, 0)),
                seL4_IllegalOperation);
    CHECK_OK(seL4_TCB_SetIPCBuffer(tcb, (seL4_Word)page, mint(frame, seL4_ReadWrite, 0)));
}

/* Taking the buffer's frame away takes the buffer away. */
static void tcb_ipc_buffer_revoked(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), fault = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(thread_make(&t, wait_for_message, ep, 0, LOWER, fault));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_OK(seL4_CNode_Revoke(ROOT, t.frame, DEPTH));
    seL4_Send(ep, seL4_MessageInfo_new(0, 0, 0, 100));
    seL4_UserContext regs;
    CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
    CHECK_EQUAL(regs.rsi & 0x7f, seL4_FastMessageRegisters);
}

static void tcb_deleted_while_running(void)
{
    struct thread t;
    seen[0] = 0;
    CHECK(thread_start(&t, count_up, 0, 0, TEST_PRIORITY));
    seL4_Yield();
    CHECK(seen[0] > 0);
    CHECK_OK(seL4_CNode_Delete(ROOT, t.tcb, DEPTH));
    seL4_Word now = seen[0];
    seL4_Yield();
    CHECK_EQUAL(seen[0], now);
}

static void delete_own_tcb(seL4_Word tcb, seL4_Word unused)
{
    (void)unused;
    seen[0] = 1;
    seL4_CNode_Delete(ROOT, tcb, DEPTH);
    seen[0] = 2;
}

static void tcb_deletes_itself(void)
{
    struct thread t;
    seL4_UserContext regs;
    CHECK(thread_make(&t, delete_own_tcb, 0, 0, LOWER, 0));
    CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
    regs.rsi = t.tcb;
    CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
    CHECK(slot_is_empty(t.tcb));
}

/* --- FPU state stays each thread's own --- */
static void keep_xmm(seL4_Word value, seL4_Word index)
{
    for (unsigned i = 0; i < 200; i++) {
        seL4_Word now;
        __asm__ volatile("movq %1, %%xmm7\n\t"
                         "mov %2, %%rax\n\t"
                         "syscall\n\t"
                         "movq %%xmm7, %0"
                         : "=r"(now)
                         : "r"(value + i), "i"(seL4_SysYield)
                         : "rax", "rcx", "r11", "xmm7", "memory");
        if (now != value + i)
            seen[index] = 2;
    }
    if (!seen[index])
        seen[index] = 1;
}

static void tcb_fpu_state(void)
{
    struct thread a, b;
    seen[0] = seen[1] = 0;
    CHECK(thread_start(&a, keep_xmm, 0x1111, 0, LOWER));
    CHECK(thread_start(&b, keep_xmm, 0x22220000, 1, LOWER));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
    CHECK_EQUAL(seen[1], 1);
}

static void use_fpu(seL4_Word index, seL4_Word unused)
{
    (void)unused;
    __asm__ volatile("movq %%xmm0, %%xmm1" ::: "xmm1");
    seen[index]++;
}

static void disable_own_fpu(seL4_Word tcb, seL4_Word index)
{
    seL4_TCB_SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled);
    use_fpu(index, 0);
}

/* A thread that may not use the FPU faults when it does, others do not, and it can have it back. */
static void tcb_fpu_disabled(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread a, b;
    seL4_TCB_SetFlags_t set;
    seen[0] = seen[1] = 0;
    CHECK(thread_make(&a, use_fpu, 0, 0, LOWER, ep));
    CHECK(thread_make(&b, keep_xmm, 0x3333, 1, LOWER, 0));
    set = seL4_TCB_SetFlags(a.tcb, 0, ~0ul);
    CHECK_OK(set.error);
    CHECK_EQUAL(set.flags, seL4_TCBFlag_fpuDisabled);
    /* Not with the registers. */
    CHECK_OK(seL4_TCB_CopyRegisters(b.tcb, a.tcb, false, false, false, true, 0));
    CHECK_OK(seL4_TCB_CopyRegisters(a.tcb, b.tcb, false, false, false, true, 0));
    CHECK_EQUAL(seL4_TCB_SetFlags(b.tcb, 0, 0).flags, 0);
    CHECK_EQUAL(seL4_TCB_SetFlags(a.tcb, 0, 0).flags, seL4_TCBFlag_fpuDisabled);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(a.tcb, seL4_MessageInfo_new(TCBSetFlags, 0, 0, 1))),
        seL4_TruncatedMessage);
    CHECK_OK(seL4_TCB_Resume(b.tcb));
    CHECK_OK(seL4_TCB_Resume(a.tcb));
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(ep, 0)), seL4_Fault_UserException);
        CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), 7);
        if (i == 0)
            seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0)); /* it tries again */
    }
    set = seL4_TCB_SetFlags(a.tcb, seL4_TCBFlag_fpuDisabled, 0);
    CHECK_OK(set.error);
    CHECK_EQUAL(set.flags, 0);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
    CHECK_EQUAL(seen[1], 1);
    /* The running thread: at once. */
    struct thread self;
    seL4_CPtr own = new_slot();
    CHECK(thread_make(&self, disable_own_fpu, own, 0, LOWER, ep));
    CHECK_OK(seL4_CNode_Copy(ROOT, own, DEPTH, ROOT, self.tcb, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_TCB_Resume(self.tcb));
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(ep, 0)), seL4_Fault_UserException);
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), 7);
    CHECK_EQUAL(seen[0], 1);
}

/* A system call without a message, which the stubs may make with vector registers. */
static void bare_call(seL4_Word number, seL4_CPtr cap)
{
    seL4_Word info = 0;
    __asm__ volatile("syscall"
                     : "+a"(number), "+D"(cap), "+S"(info)
                     :
                     : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
}

static void fpu_server(seL4_Word ep, seL4_Word index)
{
    bare_call(seL4_SysRecv, ep);
    for (;;) {
        use_fpu(index, 0);
        bare_call(seL4_SysReplyRecv, ep);
    }
}

static void fpu_client(seL4_Word ep, seL4_Word index)
{
    for (;;) {
        bare_call(seL4_SysCall, ep);
        use_fpu(index, 0);
    }
}

/* Nor does it get it by a call or an answer. */
static void tcb_fpu_disabled_fast(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), faults = make(seL4_EndpointObject, 0);
    for (unsigned who = 0; who < 2; who++) {
        struct thread server, client;
        seen[0] = seen[1] = 0;
        CHECK(thread_make(&server, fpu_server, ep, 0, LOWER, mint(faults, seL4_AllRights, 1)));
        CHECK(thread_make(&client, fpu_client, ep, 1, LOWER, mint(faults, seL4_AllRights, 2)));
        CHECK_OK(seL4_TCB_SetFlags(who == 0 ? server.tcb : client.tcb, 0, 1).error);
        CHECK_OK(seL4_TCB_Resume(server.tcb));
        let_others_run();
        CHECK_OK(seL4_TCB_Resume(client.tcb));
        seL4_Word badge;
        CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(faults, &badge)),
                    seL4_Fault_UserException);
        CHECK_EQUAL(badge, who + 1);
        CHECK_EQUAL(seen[0], who);
        CHECK_EQUAL(seen[1], 0);
        CHECK_OK(seL4_TCB_Suspend(client.tcb));
        CHECK_OK(seL4_TCB_Suspend(server.tcb));
    }
}

TEST_GROUP(tcb_tests, TEST(tcb_configure_errors), TEST(tcb_set_space_errors),
           TEST(tcb_suspend_and_resume), TEST(tcb_suspend_self),
           TEST(tcb_resume_restarts_system_call), TEST(tcb_registers),
           TEST(tcb_registers_cannot_hurt), TEST(tcb_copy_registers), TEST(tcb_priorities),
           TEST(tcb_affinity_and_domain), TEST(tcb_tls_base), TEST(tcb_without_ipc_buffer),
           TEST(tcb_ipc_buffer_read_only), TEST(tcb_ipc_buffer_revoked),
           TEST(tcb_deleted_while_running), TEST(tcb_deletes_itself), TEST(tcb_fpu_state),
           TEST(tcb_write_registers_of_waiting), TEST(tcb_copy_registers_to_waiting),
           TEST(tcb_copy_bases_to_waiting), TEST(tcb_suspended_in_system_call),
           TEST(tcb_fpu_disabled), TEST(tcb_fpu_disabled_fast));
