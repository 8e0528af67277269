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
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
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

TEST_GROUP(context_tests, TEST(context_preemption), TEST(context_syscall),
           TEST(context_exceptions));
