/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests with debuggers of their own: their breakpoints stop nobody else, neither the kernel nor
 * its programs nor another guest, and each has registers of its own.
 */
#include "harness.h"
#include "probe.h"
#include "virt_machine.h"

GUEST(debug);
GUEST(touch);
GUEST(handler);
GUEST(error_handler);

#define WRITE_OPCODE 0x23 /* 0F 23 /r; reads are 0F 21 /r */
#define VECTOR_BP    3
#define VECTOR_DB    1
#define HANDLER      0x100 /* RAX in the handler's hypercall */
/* Of `touch` an instruction, and of `debug`, which sets the breakpoint, none. */
#define TOUCHED_CODE (GUEST_CODE + 40)
/* L0 and G0, for execution; L1 and G1, for writes of eight bytes; and the bit that reads as one. */
#define DR7_BOTH     (0xful | 9ul << 20 | 1ul << 10)

static uint64_t victim;

static __attribute__((noinline)) void victim_code(void)
{
    __asm__ volatile("");
}

static seL4_Word state_of(seL4_Word number)
{
    return number < 6 ? seL4_VCPUState_DR0 + number : seL4_VCPUState_DR6 + number - 6;
}

/* Does what the instruction at RIP asks of a debug register. */
static bool access_debug_register(struct machine *m)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage(), saved = *run;
    const uint8_t *code = m->memory + run->rip;
    unsigned prefix = code[0] != 0x0f, number = code[2 + prefix] >> 3 & 7;
    unsigned reg = (code[2 + prefix] & 7) + (prefix && code[0] & 1 ? 8 : 0);
    bool write = code[1 + prefix] == WRITE_OPCODE, good;
    if (run->info != (number | (write ? 0x10u : 0)))
        return false;
    if (write) {
        good = seL4_X86_VCPU_WriteState(m->vcpu, state_of(number), run->reg[reg]) == seL4_NoError;
    } else {
        seL4_X86_VCPU_ReadState_t r = seL4_X86_VCPU_ReadState(m->vcpu, state_of(number));
        good = r.error == seL4_NoError;
        saved.reg[reg] = r.value;
    }
    *run = saved;
    run->next_rip = run->rip + 3 + prefix;
    return good;
}

/* Runs on until something else than a debug register stops the guest. */
static int run_debugger(struct machine *m)
{
    int reason = machine_run();
    while (reason == seL4_VCPUExit_DebugRegister && access_debug_register(m))
        reason = machine_next();
    return reason;
}

/* A guest that sets its debug registers so, and reads them back. */
static bool arm(struct machine *m, uint64_t dr0, uint64_t dr1, uint64_t dr7)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(m, GUEST_ARGS(debug), MACHINE_64);
    run->reg[seL4_VCPUReg_RDI] = dr0;
    run->reg[seL4_VCPUReg_RSI] = dr1;
    run->reg[seL4_VCPUReg_RDX] = dr7;
    if (!machine_choose(m) || run_debugger(m) != seL4_VCPUExit_Hypercall)
        return false;
    run->rip = run->next_rip;
    return run_debugger(m) == seL4_VCPUExit_Hypercall && run->reg[seL4_VCPUReg_RAX] == dr0 &&
           run->reg[seL4_VCPUReg_RBX] == dr1 && run->reg[seL4_VCPUReg_R9] == dr7;
}

/* What one guest writes, another does not read. */
static void virt_debug_registers(void)
{
    MACHINE(a);
    MACHINE(b);
    struct seL4_VCPURun *run = seL4_VCPUMessage(), saved;
    CHECK(arm(&a, GUEST_FAR, GUEST_FAR + 8, DR7_BOTH));
    saved = *run;
    machine_load(&b, GUEST_ARGS(debug), MACHINE_64);
    CHECK(machine_choose(&b));
    CHECK_EQUAL(run_debugger(&b), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 0 && run->reg[seL4_VCPUReg_RBX] == 0);
    CHECK(run->reg[seL4_VCPUReg_R8] == 0 && run->reg[seL4_VCPUReg_R9] == 0x400);
    CHECK(arm(&b, GUEST_HOLE, GUEST_HOLE + 8, 0x400));
    CHECK(machine_choose(&a));
    *run = saved;
    run->rip = run->next_rip;
    CHECK_EQUAL(run_debugger(&a), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == GUEST_FAR && run->reg[seL4_VCPUReg_R9] == DR7_BOTH);
}

/* A guest's breakpoints on addresses of the host's leave the host's programs alone. */
static void virt_breakpoints_and_host(void)
{
    MACHINE(m);
    struct probe p;
    CHECK(probe_make(&p));
    CHECK(arm(&m, (uint64_t)(uintptr_t)victim_code, (uint64_t)(uintptr_t)&victim, DR7_BOTH));
    CHECK_EQUAL(probe_touch(&p, &victim, PROBE_WRITE), 0);
    CHECK_EQUAL(probe_touch(&p, &victim, PROBE_READ), 0);
    CHECK_EQUAL(probe_touch(&p, (void *)victim_code, PROBE_EXECUTE), 0);
}

/* Nor do they stop another guest, whichever of the two used its registers last. */
static void virt_breakpoints_and_guests(void)
{
    MACHINE(a);
    MACHINE(b);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    for (unsigned i = 0; i < 2; i++) {
        CHECK(arm(&a, TOUCHED_CODE, GUEST_DATA + 8, DR7_BOTH));
        if (i == 1)
            CHECK(arm(&b, TOUCHED_CODE, GUEST_DATA + 8, 0x400));
        machine_load(&b, GUEST_ARGS(touch), MACHINE_64);
        machine_set_handler(&b, VECTOR_DB, GUEST_ARGS(error_handler));
        machine_set_handler(&b, VECTOR_BP, GUEST_ARGS(handler));
        CHECK(machine_choose(&b));
        /* Its own software breakpoint, on the other hand, does. */
        CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
        CHECK_EQUAL(run->reg[seL4_VCPUReg_RAX], HANDLER);
        CHECK(*machine_word(&b, GUEST_DATA) == 1 && *machine_word(&b, GUEST_DATA + 8) == 1);
    }
}

TEST_GROUP(virt_debug_tests, TEST(virt_debug_registers), TEST(virt_breakpoints_and_host),
           TEST(virt_breakpoints_and_guests));
