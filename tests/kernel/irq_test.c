/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts, with the 8254 as the source.
 */
#include "harness.h"
#include "pit.h"

#define CONTROL seL4_CapIRQControl

static bool signalled(seL4_CPtr notification, seL4_Word wanted)
{
    seL4_Word badge = 0;
    seL4_Poll(notification, &badge);
    return badge == wanted;
}

static void irq_edge(void)
{
    seL4_CPtr handler, n = make(seL4_NotificationObject, 0);
    seL4_Word badge;
    CHECK(pit_get());
    pit_quiet();
    CHECK_OK(pit_handler(&handler, false));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 0x40)));
    for (int i = 0; i < 3; i++) {
        CHECK(signalled(n, 0));
        pit_start(1000);
        seL4_Wait(n, &badge);
        CHECK_EQUAL(badge, 0x40);
        CHECK_OK(seL4_IRQHandler_Ack(handler));
    }
    /* An edge is one interrupt, although the line stays high. */
    CHECK(signalled(n, 0));
}

/* A level comes back at each acknowledgement for as long as it lasts, and not before. */
static void irq_level(void)
{
    seL4_CPtr handler, n = make(seL4_NotificationObject, 0);
    CHECK(pit_get());
    pit_low();
    CHECK_OK(pit_handler(&handler, true));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 1)));
    pit_start(1000);
    seL4_Wait(n, 0);
    spin();
    CHECK(signalled(n, 0));
    CHECK_OK(seL4_IRQHandler_Ack(handler));
    spin();
    CHECK(signalled(n, 1));
    pit_low();
    CHECK_OK(seL4_IRQHandler_Ack(handler));
    spin();
    CHECK(signalled(n, 0));
}

static seL4_Word work(void)
{
    seL4_Word rounds = 0;
    for (uint64_t end = read_tsc() + 1000000; read_tsc() < end;)
        rounds++;
    return rounds;
}

/* A source that fires all the time costs nothing until it is acknowledged, and is not forgotten. */
static void irq_storm(void)
{
    seL4_CPtr handler, n = make(seL4_NotificationObject, 0);
    CHECK(pit_get());
    pit_quiet();
    seL4_Word alone = work();
    CHECK_OK(pit_handler(&handler, false));
    pit_periodic(2);
    work(); /* nobody is told, and nobody kept from work */
    CHECK(work() * 100 >= alone * 98);
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 1)));
    for (int i = 0; i < 3; i++) {
        seL4_Wait(n, 0);
        work();
        CHECK(work() * 100 >= alone * 98);
        CHECK(signalled(n, 0));
        CHECK_OK(seL4_IRQHandler_Ack(handler));
        pit_quiet();
        CHECK(signalled(n, 1)); /* what came meanwhile */
        CHECK_OK(seL4_IRQHandler_Ack(handler));
        seL4_Poll(n, 0);
        CHECK_OK(seL4_IRQHandler_Ack(handler));
        CHECK(signalled(n, 0));
        pit_periodic(2);
    }
    pit_quiet();
}

static void irq_isa_number(void)
{
    seL4_CPtr handler = new_slot(), other, n = make(seL4_NotificationObject, 0);
    CHECK(pit_get());
    pit_quiet();
    CHECK_OK(seL4_IRQControl_Get(CONTROL, 0, ROOT, handler, DEPTH));
    CHECK_EQUAL(pit_handler(&other, false), seL4_RevokeFirst); /* the same pin */
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, n));
    pit_start(1000);
    seL4_Wait(n, 0);
}

static void irq_clear_and_delete(void)
{
    seL4_CPtr handler, n = make(seL4_NotificationObject, 0);
    CHECK(pit_get());
    pit_quiet();
    CHECK_OK(pit_handler(&handler, false));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 1)));
    /* A second notification takes the place of the first. */
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 2)));
    pit_start(1000);
    spin();
    CHECK(signalled(n, 2));
    CHECK_OK(seL4_IRQHandler_Clear(handler));
    pit_start(1000);
    spin();
    CHECK(signalled(n, 0));

    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 4)));
    CHECK_OK(seL4_CNode_Delete(ROOT, handler, DEPTH));
    pit_start(1000);
    spin();
    CHECK(signalled(n, 0));
    CHECK_OK(pit_handler(&handler, false)); /* free again */
}

static void irq_bad_arguments(void)
{
    seL4_CPtr slot = new_slot(), handler, msi = new_slot(), ep = make(seL4_EndpointObject, 0);
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    CHECK_EQUAL(seL4_IRQControl_Get(CONTROL, 16, ROOT, slot, DEPTH), seL4_RangeError);
    CHECK_EQUAL(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, slot, DEPTH, 0, 3, 0, 0, 108),
                seL4_RangeError);
    CHECK_EQUAL(seL4_GetMR(1), 107);
    CHECK_EQUAL(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, slot, DEPTH, 99, 3, 0, 0, 1),
                seL4_RangeError);
    CHECK_EQUAL(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, slot, DEPTH, 0, 240, 0, 0, 1),
                seL4_RangeError);
    CHECK_EQUAL(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, slot, DEPTH, 0, 3, 2, 0, 1),
                seL4_RangeError);
    CHECK_EQUAL(seL4_IRQControl_GetMSI(CONTROL, ROOT, slot, DEPTH, 256, 0, 0, 0, 1),
                seL4_RangeError);
    CHECK_EQUAL(seL4_IRQControl_GetMSI(CONTROL, ROOT, slot, DEPTH, 0, 32, 0, 0, 1),
                seL4_RangeError);
    CHECK_EQUAL(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, ep, DEPTH, 0, 3, 0, 0, 1),
                seL4_DeleteFirst);
    CHECK(slot_is_empty(slot));

    CHECK_OK(seL4_IRQControl_GetMSI(CONTROL, ROOT, msi, DEPTH, 0, 3, 0, 0, 1));
    handler = new_slot();
    CHECK_EQUAL(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, handler, DEPTH, 0, 3, 0, 0, 1),
                seL4_RevokeFirst); /* the vector is the message's */
    CHECK_OK(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, handler, DEPTH, 0, 3, 0, 0, 2));
    CHECK_EQUAL(seL4_IRQHandler_SetNotification(handler, ep), seL4_InvalidCapability);
    CHECK_EQUAL(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_CanRead, 0)),
                seL4_InvalidCapability);
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, slot, DEPTH, ROOT, CONTROL, DEPTH, seL4_AllRights),
                seL4_IllegalOperation);
    /* Copies of a handler are handlers; the last one frees the vector. */
    seL4_CPtr copy = mint(handler, seL4_AllRights, 0);
    CHECK_OK(seL4_CNode_Delete(ROOT, handler, DEPTH));
    CHECK_OK(seL4_IRQHandler_Ack(copy));
    CHECK_EQUAL(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, handler, DEPTH, 0, 4, 0, 0, 2),
                seL4_RevokeFirst);
    CHECK_OK(seL4_CNode_Delete(ROOT, copy, DEPTH));
    CHECK_OK(seL4_IRQControl_GetIOAPIC(CONTROL, ROOT, handler, DEPTH, 0, 4, 0, 0, 2));
}

TEST_GROUP(irq_tests, TEST(irq_edge), TEST(irq_level), TEST(irq_storm), TEST(irq_isa_number),
           TEST(irq_clear_and_delete), TEST(irq_bad_arguments));
