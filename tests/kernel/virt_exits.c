/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual CPUs: each way a guest can stop, and what the message says then.
 */
#include "virt_machine.h"
#include "harness.h"

GUEST(exits);
GUEST(prefixed);
GUEST(strings);
GUEST(memory);
GUEST(registers);
GUEST(vmcall);

#define MSR_EFER 0xc0000080ul
#define LEAF     0x11223344ul

static void virt_exits(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(exits), MACHINE_REAL);

    CHECK_EQUAL(machine_run(), seL4_VCPUExit_CPUID);
    CHECK(run->reg[seL4_VCPUReg_RAX] == LEAF && run->reg[seL4_VCPUReg_RCX] == 7);
    CHECK(run->next_rip == run->rip + 2 && run->cpl == 0 && run->cs_base == 0);
    CHECK(!(run->cr0 & 1) && run->efer == 0);

    CHECK_EQUAL(machine_next(), seL4_VCPUExit_IO);
    CHECK(run->info >> 16 == 0x80 && (run->info & seL4_VCPUIO_Size8));
    CHECK(!(run->info & (seL4_VCPUIO_In | seL4_VCPUIO_String | seL4_VCPUIO_Rep)));
    CHECK((run->reg[seL4_VCPUReg_RAX] & 0xff) == 0x5a && run->next_rip == run->rip + 2);

    CHECK_EQUAL(machine_next(), seL4_VCPUExit_IO);
    CHECK(run->info >> 16 == 0x1f0 && (run->info & seL4_VCPUIO_Size16));
    CHECK(run->info & seL4_VCPUIO_In);
    run->reg[seL4_VCPUReg_RAX] = 0xfeedface;

    CHECK_EQUAL(machine_next(), seL4_VCPUExit_IO);
    CHECK(run->info >> 16 == 0xcfc && (run->info & seL4_VCPUIO_Size32));
    CHECK(run->reg[seL4_VCPUReg_RAX] == 0xfeedface);

    CHECK_EQUAL(machine_next(), seL4_VCPUExit_RDMSR);
    CHECK(run->reg[seL4_VCPUReg_RCX] == MSR_EFER);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_WRMSR);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK(run->next_rip == run->rip + 3);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_CacheControl);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_CacheControl);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_HLT);
    CHECK(run->next_rip == run->rip + 1);
    /* In real mode VMRUN is undefined: an exception, and with no handler there, the guest's end. */
    seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_ExceptionBitmap, 1u << 6);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Exception);
    CHECK((run->info & 0xff) == 6);
}

/*
 * Prefixes count: where the kernel says where to go on, it is right, and it says nothing where the
 * processor saves nothing.
 */
static void virt_prefixed(void)
{
    static const struct {
        uint8_t reason, length;
    } row[] = {
        {seL4_VCPUExit_CPUID, 3}, {seL4_VCPUExit_HLT, 2},          {seL4_VCPUExit_RDMSR, 3},
        {seL4_VCPUExit_WRMSR, 4}, {seL4_VCPUExit_CacheControl, 4}, {seL4_VCPUExit_Hypercall, 4},
        {seL4_VCPUExit_IO, 4},
    };
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(prefixed), MACHINE_64);
    for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
        CHECK_EQUAL(seL4_VMEnter(NULL), SEL4_VMENTER_RESULT_FAULT);
        CHECK_EQUAL(run->reason, row[i].reason);
        CHECK_EQUAL(run->rip, GUEST_CODE + 8 * i);
        CHECK(run->next_rip == 0 || run->next_rip == run->rip + row[i].length);
        run->rip = machine_next_rip();
        CHECK_EQUAL(run->rip, GUEST_CODE + 8 * i + row[i].length);
    }
}

/* The size, or nothing where the processor (QEMU's, for one) does not say. */
static bool address_size_is(uint64_t info, uint64_t size)
{
    info &= seL4_VCPUIO_Addr16 | seL4_VCPUIO_Addr32 | seL4_VCPUIO_Addr64;
    return info == 0 || info == size;
}

static void virt_strings(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(strings), MACHINE_REAL);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_IO);
    CHECK(run->info >> 16 == 0x3f8 && (run->info & seL4_VCPUIO_Size8));
    CHECK((run->info & seL4_VCPUIO_String) && (run->info & seL4_VCPUIO_Rep));
    CHECK(!(run->info & seL4_VCPUIO_In));
    CHECK(address_size_is(run->info, seL4_VCPUIO_Addr16));
    CHECK(run->reg[seL4_VCPUReg_RCX] == 5 && run->reg[seL4_VCPUReg_RSI] == GUEST_DATA);
    uint64_t segment = run->info >> seL4_VCPUIO_SegShift & 7;
    CHECK(segment == 3 || segment == seL4_VCPUIO_SegUnknown);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_IO);
    CHECK((run->info & seL4_VCPUIO_In) && (run->info & seL4_VCPUIO_Size32));
    CHECK(address_size_is(run->info, seL4_VCPUIO_Addr32));
}

static void virt_memory(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(memory), MACHINE_32);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    CHECK(run->address == GUEST_HOLE && !(run->info & seL4_VCPUFault_Write));
    CHECK(!(run->info & seL4_VCPUFault_Present) && !(run->info & seL4_VCPUFault_Fetch));
    /* The monitor does it: five bytes, mov moffs32 to EAX. */
    run->reg[seL4_VCPUReg_RAX] = 0xa5a5;
    run->next_rip = run->rip + 5;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_SecondLevelFault);
    CHECK((uint32_t)*machine_word(&m, GUEST_DATA) == 0xa5a5);
    CHECK(run->address == GUEST_HOLE + 8 && (run->info & seL4_VCPUFault_Write));
    run->next_rip = run->rip + 10;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_SecondLevelFault);
    CHECK(run->address == GUEST_READ_ONLY && (run->info & seL4_VCPUFault_Write));
    CHECK(run->info & seL4_VCPUFault_Present);
    run->next_rip = run->rip + 10;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_SecondLevelFault);
    CHECK(run->address == GUEST_HOLE + 0x10 && (run->info & seL4_VCPUFault_Fetch));
    CHECK(run->rip == GUEST_HOLE + 0x10);
}

/* What the guest keeps in the processor is there again after an exit, whatever the monitor did. */
static void virt_registers(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(registers), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 1);
    CHECK(run->reg[seL4_VCPUReg_RBX] == 0x1111111111111111);
    CHECK(run->reg[seL4_VCPUReg_RBP] == 0x2222222222222222);
    CHECK(run->reg[seL4_VCPUReg_R8] == 0x3333333333333333);
    CHECK(run->reg[seL4_VCPUReg_R15] == 0x4444444444444444);
    CHECK(run->reg[seL4_VCPUReg_RSP] == GUEST_STACK);
    CHECK(run->efer == 0x501 && run->cr3 == GUEST_PML4);
    CHECK(machine_state(&m, seL4_VCPUState_LSTAR) == 0x00007fff12345678);
    CHECK(machine_state(&m, seL4_VCPUState_KernelGSBase) == 0x00001fff9abcdef0);
    CHECK(run->tpr == 3);
    /* The guest's vector registers are not the monitor's. */
    uint64_t mine;
    __asm__ volatile("movq %%xmm7, %0" : "=r"(mine));
    CHECK(mine == 0);
    __asm__ volatile("movq %0, %%xmm7" ::"r"(0x7777777777777777) : "xmm7");
    run->tpr = 0xffffffffffffff05; /* of which four bits count */

    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RSI] == 0x0123456789abcdef);
    CHECK(run->reg[seL4_VCPUReg_RDI] == 0x12345678);
    CHECK(run->reg[seL4_VCPUReg_R9] == 5 && run->tpr == 5);
    CHECK(run->reg[seL4_VCPUReg_R10] == 0x9abcdef0);
}

/* The monitor reads and writes vector registers, whether the guest has used them yet or not. */
static void virt_vectors(void)
{
    enum { XMM7 = seL4_VCPUState_Vector + 4 * 7, YMM15_TOP = seL4_VCPUState_Vector + 4 * 15 + 3 };
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(registers), MACHINE_64);
    CHECK(machine_state(&m, XMM7) == 0 && machine_state(&m, XMM7 + 1) == 0);
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, XMM7 + 1, 0x5555));
    CHECK(machine_state(&m, XMM7) == 0 && machine_state(&m, XMM7 + 1) == 0x5555);
    bool avx = seL4_X86_VCPU_WriteState(m.vcpu, YMM15_TOP, 0x6666) == seL4_NoError;
    CHECK(!avx ||
          (machine_state(&m, YMM15_TOP) == 0x6666 && machine_state(&m, YMM15_TOP - 1) == 0));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(machine_state(&m, XMM7) == 0x0123456789abcdef); /* MOVQ has cleared the rest */
    CHECK(machine_state(&m, XMM7 + 1) == 0);
    CHECK(!avx || machine_state(&m, YMM15_TOP) == 0x6666);
    struct seL4_VCPURun kept = *run;
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, XMM7, 0xfedcba9876543210));
    *run = kept;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RSI] == 0xfedcba9876543210);
}

/* An MSR that is taken away exits. */
static void virt_msr_permission(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    CHECK_OK(seL4_X86_VCPU_DisableMSR(m.vcpu, 0xc0000082));
    CHECK_EQUAL(seL4_X86_VCPU_EnableMSR(m.vcpu, MSR_EFER), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_EnableMSR(m.vcpu, 0x1b), seL4_InvalidArgument);
    machine_load(&m, GUEST_ARGS(registers), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_WRMSR);
    CHECK(run->reg[seL4_VCPUReg_RCX] == 0xc0000082);
    CHECK_OK(seL4_X86_VCPU_EnableMSR(m.vcpu, 0xc0000082));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
}

/* VMCALL is undefined on AMD; a monitor that wants it traps that exception. */
static void virt_vmcall(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(vmcall), MACHINE_64);
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_ExceptionBitmap, 1u << 6));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Exception);
    CHECK((run->info & 0xff) == 6 && run->rip == GUEST_CODE);
    run->next_rip = run->rip + 3;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_HLT);
}

TEST_GROUP(virt_exit_tests, TEST(virt_exits), TEST(virt_prefixed), TEST(virt_strings),
           TEST(virt_memory), TEST(virt_registers), TEST(virt_vectors), TEST(virt_msr_permission),
           TEST(virt_vmcall));
