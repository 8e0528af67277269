/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Non-maskable interrupts of guests: the next one waits until the handler of the last has returned,
 * whatever happens on the way, and the guest sees nothing of how that is done.
 */
#include "harness.h"
#include "virt_machine.h"

#include <base/bits.h>

GUEST(nmi);
GUEST(nmi_handler);
GUEST(ud_handler);
GUEST(db_handler);
GUEST(fault_handler);

#define VECTOR_DB  1
#define VECTOR_NMI 2
#define VECTOR_UD  6
#define VECTOR_GP  13
#define VECTOR_PF  14
#define NMI        (VECTOR_NMI | seL4_VCPUEvent_NMI | seL4_VCPUEvent_Valid)
#define RFLAGS_TF  0x100ul
#define DR6_STEP   0x4000ul
#define MASKED     seL4_VCPUNMI_Masked
#define PENDING    seL4_VCPUNMI_Pending

/* RAX of their hypercalls, and RDI of what the NMI handler is to do. */
enum { MAIN = 1, BEGIN = 0x100, END, UD, DB, FAULT };
enum { DO_UD = 1, DO_STEP = 2 };

#define NOT_PRESENT 0x3fe00000ul /* a page that the guest's tables do not have */
#define BAD_CODE    0x80ul       /* a selector beyond the GDT's limit */
#define FAULT_STACK (GUEST_STACK - 0x800ul)

static struct seL4_VCPURun *run;

static seL4_Word nmi_state(struct machine *m)
{
    struct seL4_VCPURun saved = *run;
    seL4_Word state = machine_state(m, seL4_VCPUState_NMI);
    *run = saved;
    return state;
}

/* Goes on, perhaps with an event, to a hypercall: which? 0: it was none. */
static seL4_Word next(seL4_Word event)
{
    run->event = event;
    return machine_next() == seL4_VCPUExit_Hypercall ? run->reg[seL4_VCPUReg_RAX] : 0;
}

/* Word `i` of what the processor pushed: RIP, CS, RFLAGS, RSP, SS. */
static volatile uint64_t *frame(struct machine *m, unsigned i)
{
    return machine_word(m, run->reg[seL4_VCPUReg_RSP] + 8 * i);
}

static uint64_t nmis(struct machine *m)
{
    return *machine_word(m, GUEST_DATA);
}

static uint64_t rounds(struct machine *m)
{
    return *machine_word(m, GUEST_DATA + 8);
}

/* The program has come to its first hypercall. */
static bool start(struct machine *m)
{
    run = seL4_VCPUMessage();
    machine_load(m, GUEST_ARGS(nmi), MACHINE_64);
    machine_set_handler(m, VECTOR_NMI, GUEST_ARGS(nmi_handler));
    machine_set_handler(m, VECTOR_UD, GUEST_ARGS(ud_handler));
    machine_set_handler(m, VECTOR_DB, GUEST_ARGS(db_handler));
    machine_set_handler(m, VECTOR_GP, GUEST_ARGS(fault_handler));
    machine_set_handler(m, VECTOR_PF, GUEST_ARGS(fault_handler));
    *machine_word(m, GUEST_IDT + VECTOR_PF * 16) |= 1ul << 32; /* on the first stack of the TSS */
    *(uint32_t *)(m->memory + GUEST_TSS + 36) = FAULT_STACK;
    return machine_run() == seL4_VCPUExit_Hypercall && run->reg[seL4_VCPUReg_RAX] == MAIN;
}

/* The handler is about to return, and another NMI waits for that. */
static bool start_handler(struct machine *m)
{
    return start(m) && next(NMI) == BEGIN && next(NMI) == END && nmi_state(m) == (MASKED | PENDING);
}

static void virt_nmi_held(void)
{
    MACHINE(m);
    CHECK(start(&m));
    uint64_t after = run->next_rip;
    CHECK_EQUAL(next(NMI), BEGIN);
    uint64_t stack = run->reg[seL4_VCPUReg_RSP];
    CHECK(nmis(&m) == 1 && *frame(&m, 0) == after);
    CHECK_EQUAL(nmi_state(&m), MASKED);
    CHECK_EQUAL(next(NMI), END);
    CHECK_EQUAL(nmis(&m), 1);
    CHECK_EQUAL(nmi_state(&m), MASKED | PENDING);

    /* A third is the same as the second, which comes before the program's next instruction. */
    CHECK_EQUAL(next(NMI), BEGIN);
    CHECK(nmis(&m) == 2 && rounds(&m) == 1);
    CHECK(run->reg[seL4_VCPUReg_RSP] == stack && *frame(&m, 0) == after);
    CHECK(!(*frame(&m, 2) & RFLAGS_TF) && !(run->rflags & RFLAGS_TF));
    CHECK_EQUAL(nmi_state(&m), MASKED);
    CHECK_EQUAL(next(0), END);
    CHECK_EQUAL(next(0), MAIN);
    CHECK(nmis(&m) == 2 && rounds(&m) == 2 && !(run->rflags & RFLAGS_TF));
    CHECK_EQUAL(nmi_state(&m), 0);
    CHECK_EQUAL(machine_state(&m, seL4_VCPUState_DR6) & DR6_STEP, 0);
    CHECK_EQUAL(next(NMI), BEGIN);
    CHECK_EQUAL(nmis(&m), 3);
}

/* As on any processor: the IRET of an exception's handler unmasks them, too. */
static void virt_nmi_nested_fault(void)
{
    MACHINE(m);
    CHECK(start(&m));
    CHECK_EQUAL(next(NMI), BEGIN);
    run->reg[seL4_VCPUReg_RDI] = DO_UD;
    CHECK_EQUAL(next(NMI), UD);
    CHECK(nmis(&m) == 1 && nmi_state(&m) == (MASKED | PENDING));
    uint64_t after = *frame(&m, 0);
    CHECK_EQUAL(next(0), BEGIN);
    CHECK(nmis(&m) == 2 && *frame(&m, 0) == after && !(*frame(&m, 2) & RFLAGS_TF));
    run->reg[seL4_VCPUReg_RDI] = 0;
    CHECK_EQUAL(next(0), END);
    CHECK_EQUAL(next(0), END);
    CHECK_EQUAL(next(0), MAIN);
    CHECK(nmis(&m) == 2 && nmi_state(&m) == 0);
}

/* An IRET that does not complete unmasks nothing. */
static void virt_nmi_iret_faults(void)
{
    MACHINE(m);
    CHECK(start_handler(&m));
    uint64_t iret = run->next_rip;
    volatile uint64_t *code = frame(&m, 1);
    *code = BAD_CODE;
    CHECK_EQUAL(next(0), FAULT);
    CHECK(*frame(&m, 0) == BAD_CODE && *frame(&m, 1) >= iret && !(*frame(&m, 3) & RFLAGS_TF));
    CHECK(nmis(&m) == 1 && nmi_state(&m) == (MASKED | PENDING));
    *code = GUEST_SELECTOR_CODE64;
    iret = *frame(&m, 1);
    CHECK_EQUAL(next(0), BEGIN); /* that of the fault's handler does */
    CHECK(nmis(&m) == 2 && *frame(&m, 0) == iret);
    CHECK_EQUAL(next(0), END);
    CHECK_EQUAL(next(0), MAIN);
    CHECK(nmis(&m) == 2 && nmi_state(&m) == 0);
}

static void virt_nmi_iret_page_faults(void)
{
    MACHINE(m);
    CHECK(start(&m));
    CHECK_EQUAL(next(NMI), BEGIN);
    CHECK_EQUAL(next(0), END);
    *machine_word(&m, GUEST_PD + (NOT_PRESENT >> 21) * 8) = 0;
    uint64_t stack = run->reg[seL4_VCPUReg_RSP];
    run->reg[seL4_VCPUReg_RSP] = NOT_PRESENT;
    CHECK_EQUAL(next(0), FAULT);
    CHECK(run->cr2 == NOT_PRESENT && *frame(&m, 4) == NOT_PRESENT);
    CHECK(!(*frame(&m, 3) & RFLAGS_TF) && nmi_state(&m) == MASKED);
    *frame(&m, 4) = stack;
    CHECK_EQUAL(next(0), MAIN);
    CHECK(nmis(&m) == 1 && nmi_state(&m) == 0);
}

/* The IRET needs memory that the monitor has yet to give. */
static void virt_nmi_iret_memory(void)
{
    MACHINE(m);
    CHECK(start_handler(&m));
    uint64_t stack = run->reg[seL4_VCPUReg_RSP];
    run->reg[seL4_VCPUReg_RSP] = GUEST_HOLE;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_SecondLevelFault);
    CHECK(run->address == GUEST_HOLE && !(run->rflags & RFLAGS_TF));
    CHECK_EQUAL(nmi_state(&m), MASKED | PENDING);
    run->reg[seL4_VCPUReg_RSP] = stack;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == BEGIN && nmis(&m) == 2);
}

/* A guest that steps over its IRET gets its #DB, and then the NMI. */
static void virt_nmi_single_step(void)
{
    MACHINE(m);
    CHECK(start(&m));
    uint64_t after = run->next_rip;
    CHECK_EQUAL(next(NMI), BEGIN);
    run->reg[seL4_VCPUReg_RDI] = DO_STEP;
    CHECK_EQUAL(next(NMI), END);
    CHECK_EQUAL(next(0), DB);
    CHECK(*frame(&m, 0) == after && nmis(&m) == 1);
    struct seL4_VCPURun saved = *run;
    CHECK(machine_state(&m, seL4_VCPUState_DR6) & DR6_STEP);
    *run = saved;
    run->reg[seL4_VCPUReg_RDI] = 0;
    CHECK_EQUAL(next(0), BEGIN);
    CHECK(*frame(&m, 0) == after && nmis(&m) == 2);
    CHECK_EQUAL(next(0), END);
    CHECK_EQUAL(next(0), MAIN);
    CHECK_EQUAL(nmi_state(&m), 0);
}

/* One whose delivery is cut short has not come, and masks nothing. */
static void virt_nmi_undelivered(void)
{
    MACHINE(m);
    CHECK(start(&m));
    uint64_t stack = run->reg[seL4_VCPUReg_RSP];
    run->reg[seL4_VCPUReg_RSP] = GUEST_HOLE + 0x100;
    run->event = NMI;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_SecondLevelFault);
    CHECK(run->event == NMI && (run->status & seL4_VCPURun_EventPending));
    CHECK_EQUAL(nmi_state(&m), 0);
    run->reg[seL4_VCPUReg_RSP] = stack;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == BEGIN && nmis(&m) == 1);
}

static void virt_nmi_state(void)
{
    MACHINE(m);
    CHECK(start(&m));
    struct seL4_VCPURun saved = *run;
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_NMI, PENDING),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_NMI, 4), seL4_InvalidArgument);
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_NMI, MASKED));
    *run = saved;
    CHECK_EQUAL(next(NMI), MAIN);
    CHECK(nmis(&m) == 0 && nmi_state(&m) == (MASKED | PENDING));
    saved = *run;
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_NMI, 0)); /* a reset forgets it */
    *run = saved;
    CHECK_EQUAL(next(0), MAIN);
    CHECK_EQUAL(nmis(&m), 0);
    CHECK_EQUAL(next(NMI), BEGIN);
}

TEST_GROUP(virt_nmi_tests, TEST(virt_nmi_held), TEST(virt_nmi_nested_fault),
           TEST(virt_nmi_iret_faults), TEST(virt_nmi_iret_page_faults), TEST(virt_nmi_iret_memory),
           TEST(virt_nmi_single_step), TEST(virt_nmi_undelivered), TEST(virt_nmi_state));
