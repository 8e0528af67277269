/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What guests are not offered: its instructions are undefined, for a guest's kernel as for its
 * programs, and its bits in control registers are refused by #GP; none of it stops the guest. And
 * nothing of one guest's registers is left for another, or for the host.
 */
#include "harness.h"
#include "virt_machine.h"

#include <base/bits.h>
#include <string.h>

GUEST(patched);
GUEST(write_control);
GUEST(leaks);
GUEST(registers);
GUEST(tsc_aux);
GUEST(handler);

#define VECTOR_UD       6
#define VECTOR_GP       13
#define HANDLER         0x100 /* RAX in the handler's hypercall */
#define CR4_START       0x620ul
#define SELECTOR_CODE_3 0x2b
#define SELECTOR_DATA_3 0x33

struct code {
    const char *name;
    uint8_t bytes[4];
};

/* Goes on at privilege level 3, with a stack for exceptions. */
static void leave_kernel(struct machine *m)
{
    *machine_word(m, GUEST_TSS + 4) = GUEST_STACK;
    seL4_X86_VCPU_WriteState(m->vcpu, seL4_VCPUState_CS + seL4_VCPUSeg_Selector, SELECTOR_CODE_3);
    seL4_X86_VCPU_WriteState(m->vcpu, seL4_VCPUState_CS + seL4_VCPUSeg_Attr, 0xafb);
    seL4_X86_VCPU_WriteState(m->vcpu, seL4_VCPUState_SS + seL4_VCPUSeg_Selector, SELECTOR_DATA_3);
    seL4_X86_VCPU_WriteState(m->vcpu, seL4_VCPUState_SS + seL4_VCPUSeg_Attr, 0xcf3);
}

/*
 * Runs one instruction: the exception comes, with its address on the stack. For a program #GP may
 * come before #UD: the processor looks at the privilege level first.
 */
static bool raises(struct machine *m, const struct code *code, unsigned vector, bool user)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(m, GUEST_ARGS(patched), MACHINE_64);
    machine_set_handler(m, vector, GUEST_ARGS(handler));
    if (user) {
        machine_set_handler(m, VECTOR_GP, GUEST_ARGS(handler));
        leave_kernel(m);
    }
    memcpy(m->memory + GUEST_CODE, code->bytes, sizeof(code->bytes));
    *run = (struct seL4_VCPURun){.rip = GUEST_CODE, .rflags = 2};
    run->reg[seL4_VCPUReg_RSP] = GUEST_STACK;
    int reason = machine_run();
    uint64_t top = run->reg[seL4_VCPUReg_RSP] + 8; /* of what the processor pushed */
    if (reason == seL4_VCPUExit_Hypercall && run->reg[seL4_VCPUReg_RAX] == HANDLER &&
        (*machine_word(m, top) == GUEST_CODE || *machine_word(m, top + 8) == GUEST_CODE))
        return true;
    test_note("%s at level %u: exit %d, RIP 0x%lx", code->name, user ? 3u : 0u, reason, run->rip);
    return false;
}

static void virt_undefined(void)
{
    static const struct code codes[] = {
        {"VMRUN", {0x0f, 0x01, 0xd8}},   {"VMLOAD", {0x0f, 0x01, 0xda}},
        {"VMSAVE", {0x0f, 0x01, 0xdb}},  {"STGI", {0x0f, 0x01, 0xdc}},
        {"CLGI", {0x0f, 0x01, 0xdd}},    {"SKINIT", {0x0f, 0x01, 0xde}},
        {"INVLPGA", {0x0f, 0x01, 0xdf}}, {"MONITOR", {0x0f, 0x01, 0xc8}},
        {"MWAIT", {0x0f, 0x01, 0xc9}},   {"MONITORX", {0x0f, 0x01, 0xfa}},
        {"MWAITX", {0x0f, 0x01, 0xfb}},  {"RDPRU", {0x0f, 0x01, 0xfd}},
        {"INVLPGB", {0x0f, 0x01, 0xfe}}, {"TLBSYNC", {0x0f, 0x01, 0xff}},
        {"VMCALL", {0x0f, 0x01, 0xc1}},  {"MCOMMIT", {0xf3, 0x0f, 0x01, 0xfa}},
    };
    MACHINE(m);
    for (unsigned i = 0; i < ARRAY_SIZE(codes); i++) {
        CHECK(raises(&m, &codes[i], VECTOR_UD, false));
        CHECK(raises(&m, &codes[i], VECTOR_UD, true));
    }
}

/* There are no counters; and what is the kernel's is not for programs. */
static void virt_protected(void)
{
    static const struct code counters = {"RDPMC", {0x0f, 0x33}};
    static const struct code privileged[] = {
        {"HLT", {0xf4}},           {"RDMSR", {0x0f, 0x32}},         {"WRMSR", {0x0f, 0x30}},
        {"INVD", {0x0f, 0x08}},    {"WBINVD", {0x0f, 0x09}},        {"MOV DR7", {0x0f, 0x23, 0xf8}},
        {"MOV DR0", {0x0f, 0x21}}, {"MOV CR4", {0x0f, 0x22, 0xe0}},
    };
    MACHINE(m);
    CHECK(raises(&m, &counters, VECTOR_GP, false));
    CHECK(raises(&m, &counters, VECTOR_GP, true));
    for (unsigned i = 0; i < ARRAY_SIZE(privileged); i++)
        CHECK(raises(&m, &privileged[i], VECTOR_GP, true));
}

/* True: the write was refused by #GP, and the register is as before. */
static bool write_refused(struct machine *m, uint64_t cr4, uint64_t cr3, bool *accepted)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(m, GUEST_ARGS(write_control), MACHINE_64);
    machine_set_handler(m, VECTOR_GP, GUEST_ARGS(handler));
    run->reg[seL4_VCPUReg_RDI] = cr4;
    run->reg[seL4_VCPUReg_RSI] = cr3;
    run->reg[seL4_VCPUReg_R8] = cr3 != 0;
    run->reg[seL4_VCPUReg_RAX] = 0;
    int reason = machine_run();
    *accepted = reason == seL4_VCPUExit_Hypercall && run->reg[seL4_VCPUReg_RAX] == 0;
    return reason == seL4_VCPUExit_Hypercall && run->reg[seL4_VCPUReg_RAX] == HANDLER &&
           run->cr4 == CR4_START && run->cr3 == GUEST_PML4;
}

static void virt_features(void)
{
    static const uint8_t not_offered[] = {12, 13, 14, 15, 19, 22, 23, 24, 25, 28, 31, 32, 63};
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    bool accepted;
    for (unsigned i = 0; i < ARRAY_SIZE(not_offered); i++) {
        bool refused = write_refused(&m, CR4_START | 1ul << not_offered[i], 0, &accepted);
        if (!refused)
            test_note("CR4 bit %u: exit %lu, CR4 0x%lx", (unsigned)not_offered[i], run->reason,
                      run->cr4);
        CHECK(refused);
    }
    /* PCID, which QEMU takes where it has none: it may be taken, but must not stop anybody. */
    CHECK(write_refused(&m, CR4_START | 1ul << 17, 0, &accepted) || accepted);
    CHECK(write_refused(&m, 0, GUEST_PML4 | 1ul << 61, &accepted)); /* LAM */
    CHECK(write_refused(&m, 0, GUEST_PML4 | 1ul << 51, &accepted));
    CHECK(!write_refused(&m, CR4_START | 1ul << 7, 0, &accepted) && accepted);
    CHECK_EQUAL(run->cr4, CR4_START | 1ul << 7);
}

/* FS, GS and KernelGS bases, STAR, LSTAR, CSTAR, SFMASK, and the three of SYSENTER. */
static const uint32_t msrs[] = {0xc0000100, 0xc0000101, 0xc0000102, 0xc0000081, 0xc0000082,
                                0xc0000083, 0xc0000084, 0x174,      0x175,      0x176};

/* A guest that keeps what it found, and sets everything to `pattern`. */
static bool run_leaks(struct machine *m, uint8_t pattern)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(m, GUEST_ARGS(leaks), MACHINE_64);
    uint8_t *page = m->memory + GUEST_LEAKS;
    *run = (struct seL4_VCPURun){.rip = GUEST_CODE, .rflags = 2};
    memset(page + 1024, pattern, 512);
    *(uint16_t *)(page + 1024) = 0x27f;       /* FCW */
    *(uint32_t *)(page + 1024 + 24) = 0x9f80; /* MXCSR */
    *(uint32_t *)(page + 1024 + 28) = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(msrs); i++) {
        *(uint32_t *)(page + 512 + 16 * i) = msrs[i];
        memset(page + 1536 + 16 * i, pattern & 0x3f, 4); /* canonical */
    }
    memset(page + 1536 + 16 * ARRAY_SIZE(msrs), pattern, 8);
    return machine_choose(m) && machine_run() == seL4_VCPUExit_Hypercall;
}

static bool all_are(const uint8_t *bytes, unsigned count, uint8_t value)
{
    for (unsigned i = 0; i < count; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

static void virt_leaks(void)
{
    static uint8_t mine[512] __attribute__((aligned(16)));
    MACHINE(a);
    MACHINE(b);
    __asm__ volatile("movq %0, %%xmm3; movq %0, %%mm2; emms" ::"r"(0x5151515151515151)
                     : "xmm3", "mm2");
    CHECK(run_leaks(&a, 0x5a));
    __asm__ volatile("fxsave64 %0" : "=m"(mine));
    /* The host's program finds the initial state, not the guest's. */
    CHECK(all_are(mine + 32, 384, 0) && mine[0] == 0x7f && mine[1] == 3 && mine[25] == 0x1f);
    CHECK(run_leaks(&b, 0xa5));
    const uint8_t *found = b.memory + GUEST_LEAKS;
    CHECK(all_are(found + 32, 384, 0) && found[0] == 0x7f && found[1] == 3 && found[25] == 0x1f);
    for (unsigned i = 0; i <= ARRAY_SIZE(msrs); i++)
        CHECK(all_are(found + 512 + 16 * i + 8, 8, 0));
    /* What the first one set is there when it runs again. */
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    CHECK(machine_choose(&a));
    *run = (struct seL4_VCPURun){.rip = GUEST_CODE, .rflags = 2};
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    found = a.memory + GUEST_LEAKS;
    CHECK(all_are(found + 160, 256, 0x5a));
    CHECK(all_are(found + 512 + 8, 4, 0x1a));
    CHECK(all_are(found + 512 + 16 * ARRAY_SIZE(msrs) + 8, 8, 0x5a));
}

static uint32_t read_tsc_aux(void)
{
    uint32_t aux;
    __asm__ volatile("rdtscp" : "=c"(aux)::"eax", "edx");
    return aux;
}

/* True: the guest, and the host's program after it, find what they should. */
static bool finds_tsc_aux(struct machine *m, uint64_t value, bool rdpid)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    *run = (struct seL4_VCPURun){.rip = GUEST_CODE, .rflags = 2};
    run->reg[seL4_VCPUReg_RDI] = rdpid;
    return machine_choose(m) && machine_run() == seL4_VCPUExit_Hypercall &&
           run->reg[seL4_VCPUReg_RCX] == value && (!rdpid || run->reg[seL4_VCPUReg_RBX] == value) &&
           read_tsc_aux() == 0;
}

static void virt_tsc_aux(void)
{
    MACHINE(a);
    MACHINE(b);
    uint32_t seven = 7, extended = 0x80000001, b7, c7 = 0, d7, bx, cx = 0, dx;
    __asm__ volatile("cpuid" : "+a"(seven), "=b"(b7), "+c"(c7), "=d"(d7));
    __asm__ volatile("cpuid" : "+a"(extended), "=b"(bx), "+c"(cx), "=d"(dx));
    if (!(dx & BIT(27))) {
        CHECK_EQUAL(seL4_X86_VCPU_WriteState(a.vcpu, seL4_VCPUState_TSCAux, 1),
                    seL4_InvalidArgument);
        test_skip("this processor has no RDTSCP");
        return;
    }
    bool rdpid = c7 & BIT(22);
    machine_load(&a, GUEST_ARGS(tsc_aux), MACHINE_64);
    machine_load(&b, GUEST_ARGS(tsc_aux), MACHINE_64);
    CHECK(finds_tsc_aux(&a, 0, rdpid));
    CHECK_OK(seL4_X86_VCPU_WriteState(a.vcpu, seL4_VCPUState_TSCAux, 0xfedcba98));
    CHECK(finds_tsc_aux(&a, 0xfedcba98, rdpid));
    CHECK(finds_tsc_aux(&b, 0, rdpid));
    CHECK_OK(seL4_X86_VCPU_WriteState(b.vcpu, seL4_VCPUState_TSCAux, 7));
    CHECK(finds_tsc_aux(&b, 7, rdpid));
    CHECK(finds_tsc_aux(&a, 0xfedcba98, rdpid));
    CHECK_EQUAL(machine_state(&a, seL4_VCPUState_TSCAux), 0xfedcba98);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(a.vcpu, seL4_VCPUState_TSCAux, BIT(32)),
                seL4_InvalidArgument);
}

/* seL4_VMEnter() without anything that the compiler might use the FPU for. */
static void bare_enter(void)
{
    seL4_Word number = (seL4_Word)seL4_SysVMEnter, badge = 0, result = 0;
    __asm__ volatile("syscall"
                     : "+a"(number), "+D"(badge), "+S"(result)
                     :
                     : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
}

static struct seL4_VCPURun *twice;

static void enter_twice(seL4_Word unused, seL4_Word unused2)
{
    struct seL4_VCPURun *run = twice;
    (void)unused, (void)unused2;
    bare_enter();
    run->rip = machine_next_rip();
    bare_enter();
    __asm__ volatile("movq %%xmm0, %%xmm1" ::: "xmm1");
}

/* A thread that must not use the FPU runs a guest that does, and still must not afterwards. */
static void virt_guest_keeps_fpu(void)
{
    MACHINE(m);
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(thread_make(&t, enter_twice, 0, 0, LOWER, ep));
    machine_load(&m, GUEST_ARGS(registers), MACHINE_64);
    const struct seL4_VCPURun *run = twice = (struct seL4_VCPURun *)t.buffer->msg;
    memcpy(t.buffer->msg, seL4_VCPUMessage(), sizeof(*run));
    CHECK_OK(seL4_X86_VCPU_SetTCB(m.vcpu, t.tcb));
    CHECK_OK(seL4_TCB_SetEPTRoot(t.tcb, m.root));
    CHECK_OK(seL4_TCB_SetFlags(t.tcb, 0, seL4_TCBFlag_fpuDisabled).error);
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(ep, 0)), seL4_Fault_UserException);
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), 7);
    CHECK_EQUAL(run->reason, seL4_VCPUExit_Hypercall);
    CHECK_EQUAL(run->reg[seL4_VCPUReg_RSI], 0x0123456789abcdef); /* XMM7, set before the first */
}

TEST_GROUP(virt_feature_tests, TEST(virt_undefined), TEST(virt_protected), TEST(virt_features),
           TEST(virt_leaks), TEST(virt_tsc_aux), TEST(virt_guest_keeps_fpu));
