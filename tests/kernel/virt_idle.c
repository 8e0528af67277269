/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that looks whether there is work, and sleeps with `sti; hlt` if not, as Linux does: the
 * interrupt that brings the work never comes between the two, wherever the host's own interrupts
 * fall. One that does shows as a guest asleep with nothing left that could wake it.
 */
#include "harness.h"
#include "pit.h"
#include "virt_machine.h"

GUEST(idle_timer);
GUEST(idle_call);
GUEST(idle_handler);
GUEST(spin);

#define ROUNDS    20000 /* where STI is not honoured, some 2,000 are enough */
#define TICKS_MAX 96    /* 80 microseconds: from before the guest's STI to long after its HLT */
#define VECTOR    0x40ul
#define BADGE     0x7

struct sleeper {
    seL4_CPtr handler, notification;
    bool by_timer; /* the guest's interrupt is the alarm; else the guest sends one to itself */
    bool pending;  /* its interrupt waits to be taken */
    unsigned rounds_wanted, rounds, shadows;
};

static void alarm_rang(struct sleeper *s)
{
    s->pending |= s->by_timer;
    seL4_IRQHandler_Ack(s->handler);
}

static void step_over(struct seL4_VCPURun *run)
{
    run->rip = machine_next_rip();
    run->status &= ~(uint64_t)seL4_VCPURun_Shadow;
    run->control = seL4_VCPURun_ClearShadow;
}

/* False if the guest sleeps and its interrupt has been and gone. */
static bool run_until_done(struct sleeper *s)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    bool alarm = false; /* set, and not yet rung */
    while (s->rounds < s->rounds_wanted) {
        seL4_Word badge;
        run->interrupt = s->pending ? VECTOR | seL4_VCPUEvent_Valid : 0;
        seL4_Word result = seL4_VMEnter(&badge);
        s->pending = run->interrupt != 0;
        run->control = 0;
        if (result == SEL4_VMENTER_RESULT_NOTIF) {
            s->shadows += run->status & seL4_VCPURun_Shadow ? 1 : 0;
            alarm = false;
            alarm_rang(s);
        } else if (run->reason == seL4_VCPUExit_WRMSR) { /* a round begins */
            s->rounds++;
            s->pending |= !s->by_timer;
            if (!alarm && (s->by_timer || s->rounds % 4 == 0)) {
                pit_start_short((uint8_t)(2 + s->rounds % TICKS_MAX));
                alarm = true;
            }
            step_over(run);
        } else if (run->reason == seL4_VCPUExit_HLT) {
            step_over(run);
            if (!s->pending && !(s->by_timer && alarm))
                return false;
            if (!s->pending) {
                seL4_Wait(s->notification, &badge);
                alarm = false;
                alarm_rang(s);
            }
        } else {
            test_note("exit %lu at 0x%lx", run->reason, run->rip);
            return false;
        }
    }
    return true;
}

static void sleep_and_wake(struct machine *m, bool by_timer, unsigned rounds)
{
    struct sleeper s = {.by_timer = by_timer, .rounds_wanted = rounds};
    seL4_CPtr signal;
    s.notification = make(seL4_NotificationObject, 0);
    signal = mint(s.notification, seL4_AllRights, BADGE);
    CHECK(pit_get());
    pit_quiet();
    CHECK_OK(pit_handler(&s.handler, false));
    pit_short();
    CHECK_OK(seL4_IRQHandler_SetNotification(s.handler, signal));
    CHECK_OK(seL4_TCB_BindNotification(seL4_CapInitThreadTCB, s.notification));
    if (by_timer)
        machine_load(m, GUEST_ARGS(idle_timer), MACHINE_64);
    else
        machine_load(m, GUEST_ARGS(idle_call), MACHINE_64);
    machine_set_handler(m, VECTOR, GUEST_ARGS(idle_handler));
    bool awake = run_until_done(&s);
    test_note("%u rounds, %u times interrupted between STI and HLT", s.rounds, s.shadows);
    CHECK(awake);
}

static void virt_idle_timer(void)
{
    MACHINE(m);
    sleep_and_wake(&m, true, ROUNDS);
}

static void virt_idle_call(void)
{
    MACHINE(m);
    sleep_and_wake(&m, false, ROUNDS);
}

/* Another guest's monitor, which hears nothing of that guest. */
static void busy_thread(seL4_Word a, seL4_Word b)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    (void)a;
    (void)b;
    *run = (struct seL4_VCPURun){.rip = GUEST_CODE, .rflags = 2};
    for (;;)
        seL4_VMEnter(NULL);
}

/* Beside a guest that takes every moment in which this one sleeps. */
static void beside_a_busy_guest(bool by_timer)
{
    MACHINE(busy);
    MACHINE(m);
    struct thread t;
    machine_load(&busy, GUEST_ARGS(spin), MACHINE_64);
    CHECK(thread_make(&t, busy_thread, 0, 0, LOWER, 0));
    CHECK_OK(seL4_X86_VCPU_SetTCB(busy.vcpu, t.tcb));
    CHECK_OK(seL4_TCB_SetEPTRoot(t.tcb, busy.root));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    sleep_and_wake(&m, by_timer, ROUNDS / 5);
    CHECK(by_timer == (*machine_word(&busy, GUEST_DATA) > 0));
}

static void virt_idle_timer_beside(void)
{
    beside_a_busy_guest(true);
}

static void virt_idle_call_beside(void)
{
    beside_a_busy_guest(false);
}

TEST_GROUP(virt_idle_tests, TEST(virt_idle_timer), TEST(virt_idle_call),
           TEST(virt_idle_timer_beside), TEST(virt_idle_call_beside));
