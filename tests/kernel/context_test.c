/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread's registers are its own: through system calls, exceptions and preemption.
 */
#include "harness.h"

/* Runs for a while with a pattern in all registers that the compiler does not need meanwhile. */
static void hold_pattern(seL4_Word pattern, seL4_Word result)
{
    volatile seL4_Word *out = (volatile seL4_Word *)result;
    seL4_Word bad = 0;
    uint64_t end = read_tsc() + 200000000;
    while (read_tsc() < end && bad == 0) {
        __asm__ volatile("movq %1, %%xmm0\n\t"
                         "movq %1, %%xmm15\n\t"
                         "mov %1, %%r8\n\t"
                         "mov %1, %%r12\n\t"
                         "mov %1, %%r15\n\t"
                         "mov $100000, %%ecx\n"
                         "1:\n\t"
                         "dec %%ecx\n\t"
                         "jnz 1b\n\t"
                         "movq %%xmm0, %%rax\n\t"
                         "xor %1, %%rax\n\t"
                         "or %%rax, %0\n\t"
                         "movq %%xmm15, %%rax\n\t"
                         "xor %1, %%rax\n\t"
                         "or %%rax, %0\n\t"
                         "xor %1, %%r8\n\t"
                         "or %%r8, %0\n\t"
                         "xor %1, %%r12\n\t"
                         "or %%r12, %0\n\t"
                         "xor %1, %%r15\n\t"
                         "or %%r15, %0"
                         : "+&r"(bad)
                         : "r"(pattern)
                         : "rax", "rcx", "r8", "r12", "r15", "xmm0", "xmm15", "cc");
        out[1]++;
    }
    out[0] = bad ? 2 : 1;
}

/* Two threads of one priority: the time slice makes them alternate. */
static void context_preemption(void)
{
    static volatile seL4_Word result[2][2];
    struct thread a, b;
    for (int i = 0; i < 2; i++)
        result[i][0] = result[i][1] = 0;
    CHECK(thread_start(&a, hold_pattern, 0x1111111111111111, (seL4_Word)result[0], LOWER));
    CHECK(thread_start(&b, hold_pattern, 0xeeeeeeeeeeeeeeee, (seL4_Word)result[1], LOWER));
    let_others_run();
    CHECK_EQUAL(result[0][0], 1);
    CHECK_EQUAL(result[1][0], 1);
    CHECK(result[0][1] > 1 && result[1][1] > 1);
}

/* A system call keeps everything but its answer, RCX and R11. */
static void context_syscall(void)
{
    seL4_Word bad = 0;
    __asm__ volatile("mov $0x1234567, %%rbx\n\t"
                     "mov $0x2345678, %%r12\n\t"
                     "mov $0x3456789, %%r15\n\t"
                     "movq %%rbx, %%xmm3\n\t"
                     "std\n\t"
                     "mov %1, %%rax\n\t"
                     "mov %%rsp, %%r13\n\t"
                     "syscall\n\t"
                     "xor %%rsp, %%r13\n\t"
                     "pushfq\n\t"
                     "cld\n\t"
                     "pop %%rax\n\t"
                     "not %%rax\n\t"
                     "and $0x400, %%rax\n\t" /* the direction flag is still set */
                     "or %%r13, %%rax\n\t"
                     "movq %%xmm3, %%rcx\n\t"
                     "sub %%rbx, %%rcx\n\t"
                     "or %%rcx, %%rax\n\t"
                     "sub $0x1234567, %%rbx\n\t"
                     "or %%rbx, %%rax\n\t"
                     "sub $0x2345678, %%r12\n\t"
                     "or %%r12, %%rax\n\t"
                     "sub $0x3456789, %%r15\n\t"
                     "or %%r15, %%rax\n\t"
                     "mov %%rax, %0"
                     : "=r"(bad)
                     : "i"(seL4_SysYield)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
                       "r13", "r15", "xmm3", "cc", "memory");
    CHECK_EQUAL(bad, 0);
}

struct exception {
    const char *name;
    void (*raise)(seL4_Word a, seL4_Word b);
    seL4_Word number;
};

static void raise_division(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    __asm__ volatile("xor %%ecx, %%ecx; xor %%edx, %%edx; div %%ecx" ::: "rax", "rcx", "rdx");
}

static void raise_undefined(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    __asm__ volatile("ud2");
}

static void raise_breakpoint(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    __asm__ volatile("int3");
}

static void raise_port(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    __asm__ volatile("in $0x80, %%al" ::: "rax");
}

static void raise_old_system_call(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    __asm__ volatile("int $0x80");
}

static void raise_kernel_interrupt(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    __asm__ volatile("int $0xe0");
}

static void raise_non_canonical(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    *(volatile char *)0x8000000000000000 = 1;
}

static void raise_single_step(seL4_Word a, seL4_Word b)
{
    (void)a;
    (void)b;
    __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" ::: "memory", "cc");
}

static void context_exceptions(void)
{
    static const struct exception all[] = {
        {"division", raise_division, 0},
        {"single step", raise_single_step, 1},
        {"breakpoint", raise_breakpoint, 3},
        {"undefined", raise_undefined, 6},
        {"port", raise_port, 13},
        {"int 0x80", raise_old_system_call, 13},
        {"int 0xe0", raise_kernel_interrupt, 13},
        {"non-canonical", raise_non_canonical, 13},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
        struct thread t;
        seL4_CPtr ep = make(seL4_EndpointObject, 0);
        CHECK(thread_make(&t, all[i].raise, 0, 0, LOWER, ep));
        CHECK_OK(seL4_TCB_Resume(t.tcb));
        seL4_Word label = seL4_MessageInfo_get_label(seL4_Recv(ep, NULL));
        if (label != seL4_Fault_UserException)
            test_note("%s: fault %lu", all[i].name, label);
        CHECK_EQUAL(label, seL4_Fault_UserException);
        CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), all[i].number);
    }
}

/* Loads a data selector into FS and GS, which sets their bases to zero, and keeps running. */
static void spoil_segments(seL4_Word rounds, seL4_Word ep)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        __asm__ volatile("mov %0, %%fs; mov %0, %%gs" ::"r"(0x1b));
        __asm__ volatile("syscall" ::"a"((seL4_Word)seL4_SysYield)
                         : "rcx", "r11", "rdx", "rsi", "rdi", "r8", "r9", "r10", "memory");
    }
    (void)ep;
    __asm__ volatile("hlt");
}

/* Both bases of the other thread survive, although they are equal to those that were spoilt. */
static void check_segments(seL4_Word rounds, seL4_Word result)
{
    volatile seL4_Word *bad = (volatile seL4_Word *)result;
    for (seL4_Word i = 0; i < rounds; i++) {
        seL4_Word fs, gs;
        __asm__ volatile("mov %%fs:0, %0; mov %%gs:0, %1" : "=r"(fs), "=r"(gs));
        if (fs != gs)
            bad[0]++;
        bad[1]++;
        seL4_Yield();
    }
    __asm__ volatile("hlt");
}

static void context_segment_bases(void)
{
    static volatile seL4_Word result[2];
    struct thread a, b;
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    seL4_UserContext regs;
    result[0] = result[1] = 0;
    CHECK(thread_make(&a, check_segments, 50, (seL4_Word)result, LOWER, ep));
    CHECK(thread_make(&b, spoil_segments, 50, ep, LOWER, ep));
    CHECK_OK(seL4_TCB_ReadRegisters(a.tcb, false, 0, seL4_UserContext_Words, &regs));
    regs.gs_base = regs.fs_base;
    CHECK_OK(seL4_TCB_WriteRegisters(a.tcb, false, 0, seL4_UserContext_Words, &regs));
    seL4_Word shared = regs.fs_base;
    CHECK_OK(seL4_TCB_ReadRegisters(b.tcb, false, 0, seL4_UserContext_Words, &regs));
    regs.fs_base = regs.gs_base = shared;
    CHECK_OK(seL4_TCB_WriteRegisters(b.tcb, false, 0, seL4_UserContext_Words, &regs));
    CHECK_OK(seL4_TCB_Resume(a.tcb));
    CHECK_OK(seL4_TCB_Resume(b.tcb));
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(ep, NULL)), seL4_Fault_UserException);
        CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), 13);
    }
    CHECK_EQUAL(result[0], 0);
    CHECK_EQUAL(result[1], 50);
}

/* Whatever registers a thread is given, it is the thread that faults and not the kernel. */
static void context_hostile_registers(void)
{
    struct thread t;
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    seL4_UserContext regs;
    seL4_Word *word = (seL4_Word *)&regs;
    CHECK(thread_make(&t, raise_undefined, 0, 0, LOWER, ep));
    static const seL4_Word values[] = {~0ul,           0x8000000000000000, 0x800000000000,
                                       0x7fffffffffff, 0xffff800000000000, 0xffffffff80100000};
    for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
        for (unsigned w = 0; w < seL4_UserContext_Words; w++)
            word[w] = values[i];
        CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
        seL4_Word label = seL4_MessageInfo_get_label(seL4_Recv(ep, NULL));
        CHECK(label == seL4_Fault_VMFault || label == seL4_Fault_UserException);
        CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
        CHECK(regs.rip < 0x800000000000 && regs.fs_base < 0x800000000000);
        CHECK(regs.rflags & 0x200);     /* interrupts stay on */
        CHECK(!(regs.rflags & 0x3000)); /* and ports closed */
        CHECK_EQUAL(regs.r12, values[i]);
    }
    /* The same by the reply to a fault. */
    for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
        CHECK_OK(seL4_TCB_Suspend(t.tcb));
        regs.rip = (seL4_Word)raise_undefined;
        regs.rflags = 0;
        CHECK_OK(seL4_TCB_WriteRegisters(t.tcb, true, 0, seL4_UserContext_Words, &regs));
        CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(ep, NULL)), seL4_Fault_UserException);
        for (unsigned w = 0; w < 3; w++)
            seL4_SetMR(w, values[i]);
        seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 3));
        seL4_Word label = seL4_MessageInfo_get_label(seL4_Recv(ep, NULL));
        CHECK(label == seL4_Fault_VMFault || label == seL4_Fault_UserException);
        CHECK_OK(seL4_TCB_ReadRegisters(t.tcb, false, 0, seL4_UserContext_Words, &regs));
        CHECK(regs.rip < 0x800000000000 && (regs.rflags & 0x200) && !(regs.rflags & 0x3000));
    }
}

TEST_GROUP(context_tests, TEST(context_preemption), TEST(context_syscall), TEST(context_exceptions),
           TEST(context_segment_bases), TEST(context_hostile_registers));
