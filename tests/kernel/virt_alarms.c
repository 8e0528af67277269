/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timer's interrupt that comes at any moment of a guest's entries and exits is not lost: neither
 * while the guest runs, nor at the processor's sleep that follows. A lost one leaves the machine
 * asleep for good, and the test's time limit ends it.
 */
#include "harness.h"
#include "pit.h"
#include "virt_machine.h"

GUEST(hypercall);

#define ALARMS    200000
#define TICKS_MAX 24 /* 20 microseconds: some ten exits */
#define EXITS_MAX 16
#define BADGE     0x7

static void virt_alarms(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    seL4_CPtr handler, notification = make(seL4_NotificationObject, 0);
    CHECK(pit_get());
    pit_quiet();
    CHECK_OK(pit_handler(&handler, false));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(notification, seL4_AllRights, BADGE)));
    CHECK_OK(seL4_TCB_BindNotification(seL4_CapInitThreadTCB, notification));
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);

    unsigned in_guest = 0;
    for (unsigned i = 0; i < ALARMS; i++) {
        seL4_Word badge = 0, result = SEL4_VMENTER_RESULT_FAULT;
        unsigned exits = i / TICKS_MAX % EXITS_MAX;
        pit_start(2 + i % TICKS_MAX);
        while (exits-- > 0 && result == SEL4_VMENTER_RESULT_FAULT) {
            run->interrupt = 0x40 | seL4_VCPUEvent_Valid; /* never taken: IF is clear */
            result = seL4_VMEnter(&badge);
        }
        if (result == SEL4_VMENTER_RESULT_NOTIF)
            in_guest++;
        else
            seL4_Wait(notification, &badge);
        CHECK_EQUAL(badge, BADGE);
        CHECK_OK(seL4_IRQHandler_Ack(handler));
    }
    test_note("%u of %u alarms came while the guest was running", in_guest, ALARMS);
}

TEST_GROUP(virt_alarm_tests, TEST(virt_alarms));
