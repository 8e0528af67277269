/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual CPUs: events into the guest, and events that take the monitor out of it.
 */
#include "virt_machine.h"
#include "harness.h"

GUEST(interrupts);
GUEST(handler);
GUEST(error_handler);
GUEST(task_priority);
GUEST(steps);
GUEST(step_handler);
GUEST(spin);
GUEST(hypercall);

#define VECTOR  0x40ul
#define BADGE   0x5
#define HANDLER 0x100 /* RAX in the handler's hypercall */
#define GP_EVENT                                                                                   \
    (13ul | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid | seL4_VCPUEvent_Valid)

#define INTERRUPT (VECTOR | seL4_VCPUEvent_Valid)

/* A guest takes an interrupt as soon as it can; until then it waits, whatever the guest does. */
static void virt_interrupt(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(interrupts), MACHINE_64);
    machine_set_handler(&m, VECTOR, GUEST_ARGS(handler));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 1 && (run->rflags & 0x200));
    run->rip = run->next_rip;
    uint64_t after = run->rip;
    run->interrupt = INTERRUPT;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == HANDLER && *machine_word(&m, GUEST_DATA) == 1);
    CHECK(!(run->rflags & 0x200) && run->interrupt == 0);
    CHECK(*machine_word(&m, run->reg[seL4_VCPUReg_RSP] + 8) == after);

    /* The handler returns to a program without interrupts, which exits before it can take one. */
    *machine_word(&m, run->reg[seL4_VCPUReg_RSP] + 24) &= ~0x200ul;
    run->interrupt = INTERRUPT;
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 2 && run->interrupt == INTERRUPT && run->event == 0);
    CHECK(!(run->status & seL4_VCPURun_EventPending));

    /* It comes after STI's shadow, not before. */
    run->rip = run->next_rip;
    uint64_t start = run->rip;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == HANDLER && run->interrupt == 0);
    CHECK(*machine_word(&m, run->reg[seL4_VCPUReg_RSP] + 8) == start + 4);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 3 && *machine_word(&m, GUEST_DATA) == 2);
}

/* It cannot be injected: that would be at once, whatever RFLAGS.IF is. */
static void virt_interrupt_as_event(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    machine_set_handler(&m, VECTOR, GUEST_ARGS(handler));
    run->event = INTERRUPT;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Invalid);
    CHECK(*machine_word(&m, GUEST_DATA) == 0);
}

#define CR8_IS_WRITTEN (8 | 1 << 4)
#define MOV_CR8_BYTES  4

/*
 * CR8 is the guest's own; while an interrupt waits for the monitor to hand it over, or for the
 * guest to take it, the monitor hears of each write beforehand.
 */
static void virt_task_priority(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(task_priority), MACHINE_64);
    machine_set_handler(&m, VECTOR, GUEST_ARGS(handler));
    run->tpr = 7;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 7 && run->tpr == 6);

    run->rip = run->next_rip;
    uint64_t start = run->rip;
    run->control = seL4_VCPURun_WantTaskPriority;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_ControlRegister);
    CHECK(run->info == CR8_IS_WRITTEN && run->rip == start && run->tpr == 6);
    run->rip += MOV_CR8_BYTES;
    run->tpr = 5;
    run->control = 0;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 5 && run->tpr == 5);

    /* CR8 itself does not hold back what was handed over. */
    run->rip = run->next_rip;
    run->interrupt = INTERRUPT;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_ControlRegister);
    CHECK(run->info == CR8_IS_WRITTEN && !(run->rflags & 0x200) && run->interrupt == INTERRUPT);
    run->rip += MOV_CR8_BYTES;
    run->tpr = 15;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == HANDLER && run->tpr == 15 && run->interrupt == 0);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == 15 && run->tpr == 3);
}

static void virt_exception_injection(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    machine_set_handler(&m, 13, GUEST_ARGS(error_handler));
    run->event = GP_EVENT | 0x18ul << 32;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(*machine_word(&m, GUEST_DATA) == 1 && *machine_word(&m, GUEST_DATA + 8) == 0x18);
}

/* An interrupt that could not be delivered, here for lack of a stack, is handed back. */
static void virt_undelivered(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    machine_set_handler(&m, VECTOR, GUEST_ARGS(handler));
    run->interrupt = INTERRUPT;
    run->rflags |= 0x200;
    run->reg[seL4_VCPUReg_RSP] = GUEST_HOLE + 0x100;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    CHECK(run->status & seL4_VCPURun_EventPending);
    CHECK(run->interrupt == INTERRUPT && run->event == 0);
    CHECK(run->address >= GUEST_HOLE && (run->info & seL4_VCPUFault_Write));
    run->reg[seL4_VCPUReg_RSP] = GUEST_STACK;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(run->reg[seL4_VCPUReg_RAX] == HANDLER);
}

/* #DB always exits, for the host's sake; the guest gets it all the same. */
static void virt_single_steps(void)
{
    MACHINE(m);
    machine_load(&m, GUEST_ARGS(steps), MACHINE_64);
    machine_set_handler(&m, 1, GUEST_ARGS(step_handler));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK(*machine_word(&m, GUEST_DATA) == 10);
}

struct kick {
    seL4_CPtr notification, never;
    volatile uint64_t *counter; /* in the guest's memory */
    volatile uint64_t seen;
};

/* Waits until the guest has run a while, then signals. */
static void kicker(seL4_Word argument, seL4_Word unused)
{
    struct kick *k = (struct kick *)argument;
    (void)unused;
    uint64_t start = *k->counter;
    while (*k->counter < start + 1000)
        ;
    k->seen = *k->counter;
    seL4_Signal(k->notification);
    seL4_Wait(k->never, 0);
}

/*
 * Two threads of one priority: the timer takes the processor from the guest and gives it back, and
 * a signal ends its run.
 */
static void virt_kick(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    seL4_CPtr notification = make(seL4_NotificationObject, 0);
    seL4_CPtr signal = mint(notification, seL4_AllRights, BADGE);
    struct kick k = {.notification = signal,
                     .never = make(seL4_NotificationObject, 0),
                     .counter = machine_word(&m, GUEST_DATA)};
    CHECK_OK(seL4_TCB_BindNotification(seL4_CapInitThreadTCB, notification));
    struct thread t;
    CHECK(thread_start(&t, kicker, (seL4_Word)&k, 0, TEST_PRIORITY));
    machine_load(&m, GUEST_ARGS(spin), MACHINE_64);
    seL4_Word badge = 0;
    CHECK(seL4_VMEnter(&badge) == SEL4_VMENTER_RESULT_NOTIF);
    CHECK(badge == BADGE && k.seen >= 1000);
    CHECK(run->reason == seL4_VCPUExit_Notification);
    CHECK(run->rip >= GUEST_CODE && run->rip < GUEST_CODE + 16);

    /* A signal that is there already: the guest does not run at all. */
    uint64_t count = *k.counter;
    seL4_Signal(signal);
    CHECK(seL4_VMEnter(&badge) == SEL4_VMENTER_RESULT_NOTIF);
    CHECK(badge == BADGE && *k.counter == count);
}

TEST_GROUP(virt_interrupt_tests, TEST(virt_interrupt), TEST(virt_interrupt_as_event),
           TEST(virt_task_priority), TEST(virt_exception_injection), TEST(virt_undelivered),
           TEST(virt_single_steps), TEST(virt_kick));
