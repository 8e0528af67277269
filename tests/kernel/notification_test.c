/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: signalling, waiting, polling, binding.
 */
#include "harness.h"

static volatile seL4_Word seen[8];

static void notification_collects_badges(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    seL4_Word badge = 99;
    seL4_Poll(n, &badge);
    CHECK_EQUAL(badge, 0);
    seL4_Signal(mint(n, seL4_AllRights, 1));
    seL4_Signal(mint(n, seL4_AllRights, 4));
    seL4_Wait(n, &badge);
    CHECK_EQUAL(badge, 5);
    seL4_Poll(n, &badge);
    CHECK_EQUAL(badge, 0);
}

static void wait_once(seL4_Word n, seL4_Word index)
{
    seL4_Word badge;
    seL4_Wait(n, &badge);
    seen[index] = badge;
}

static void notification_wakes_in_order(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    struct thread a, b;
    seen[0] = seen[1] = 0;
    CHECK(thread_start(&a, wait_once, n, 0, LOWER));
    let_others_run();
    CHECK(thread_start(&b, wait_once, n, 1, LOWER));
    let_others_run();
    seL4_Signal(mint(n, seL4_AllRights, 10));
    let_others_run();
    CHECK_EQUAL(seen[0], 10);
    CHECK_EQUAL(seen[1], 0);
    seL4_Signal(mint(n, seL4_AllRights, 20));
    let_others_run();
    CHECK_EQUAL(seen[1], 20);
}

static void notification_preempts(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    struct thread t;
    seen[0] = 0;
    CHECK(thread_start(&t, wait_once, n, 0, HIGHER)); /* runs at once, and waits */
    seL4_Signal(mint(n, seL4_AllRights, 7));
    CHECK_EQUAL(seen[0], 7);
}

static void notification_rights(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    seL4_CPtr read = mint(n, seL4_CanRead, 1);
    seL4_Word badge;
    /* Signalling without the right to changes nothing; as a call it says so. */
    seL4_Signal(read);
    seL4_Poll(n, &badge);
    CHECK_EQUAL(badge, 0);
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Call(read, seL4_MessageInfo_new(0, 0, 0, 0))),
                seL4_InvalidCapability);
}

static void notification_binding_errors(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0), m = make(seL4_NotificationObject, 0);
    seL4_CPtr tcb = make(seL4_TCBObject, 0), other = make(seL4_TCBObject, 0);
    CHECK_EQUAL(seL4_TCB_UnbindNotification(tcb), seL4_IllegalOperation);
    CHECK_EQUAL(seL4_TCB_BindNotification(tcb, mint(n, seL4_CanWrite, 0)), seL4_IllegalOperation);
    CHECK_EQUAL(seL4_TCB_BindNotification(tcb, make(seL4_EndpointObject, 0)),
                seL4_IllegalOperation);
    CHECK_OK(seL4_TCB_BindNotification(tcb, n));
    CHECK_EQUAL(seL4_TCB_BindNotification(tcb, m), seL4_IllegalOperation);
    CHECK_EQUAL(seL4_TCB_BindNotification(other, n), seL4_IllegalOperation);
    CHECK_OK(seL4_TCB_UnbindNotification(tcb));
    CHECK_OK(seL4_TCB_BindNotification(other, n));
    /* Deleting either end takes the binding with it. */
    CHECK_OK(seL4_CNode_Delete(ROOT, other, DEPTH));
    CHECK_OK(seL4_TCB_BindNotification(tcb, n));
    CHECK_OK(seL4_CNode_Revoke(ROOT, n, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, n, DEPTH));
    CHECK_OK(seL4_TCB_BindNotification(tcb, m));
}

static void notification_waited_for_cannot_be_bound(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    struct thread t;
    CHECK(thread_start(&t, wait_once, n, 0, LOWER));
    let_others_run();
    CHECK_EQUAL(seL4_TCB_BindNotification(make(seL4_TCBObject, 0), n), seL4_IllegalOperation);
}

static void receive_on_endpoint(seL4_Word ep, seL4_Word index)
{
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(ep, &badge);
    seen[index] = badge;
    seen[index + 1] = info.words[0];
    seL4_Recv(ep, &badge);
    seen[index + 2] = badge;
}

/* A thread that waits for messages takes the signals of its bound notification, too. */
static void notification_bound_interrupts_receive(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0), ep = make(seL4_EndpointObject, 0);
    seL4_CPtr signal = mint(n, seL4_AllRights, 0x100);
    struct thread t;
    seen[0] = seen[1] = seen[2] = 0;
    CHECK(thread_make(&t, receive_on_endpoint, ep, 0, LOWER, 0));
    CHECK_OK(seL4_TCB_BindNotification(t.tcb, n));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    seL4_Signal(signal); /* it is waiting */
    let_others_run();
    CHECK_EQUAL(seen[0], 0x100);
    CHECK_EQUAL(seen[1], 0);
    seL4_Send(mint(ep, seL4_AllRights, 5), seL4_MessageInfo_new(0, 0, 0, 0));
    let_others_run();
    CHECK_EQUAL(seen[2], 5);
}

/* A signal that came before is taken in preference to a waiting message. */
static void notification_bound_comes_first(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0), ep = make(seL4_EndpointObject, 0);
    struct thread t;
    seen[0] = 0;
    CHECK(thread_make(&t, receive_on_endpoint, ep, 0, LOWER, 0));
    CHECK_OK(seL4_TCB_BindNotification(t.tcb, n));
    seL4_Signal(mint(n, seL4_AllRights, 6));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_EQUAL(seen[0], 6);
}

/* Only the bound thread may wait for a bound notification: others fault. */
static void notification_bound_is_private(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0), fault = make(seL4_EndpointObject, 0);
    seL4_CPtr owner = make(seL4_TCBObject, 0);
    struct thread t;
    seL4_Word badge;
    CHECK_OK(seL4_TCB_BindNotification(owner, n));
    CHECK(thread_make(&t, wait_once, n, 0, LOWER, mint(fault, seL4_AllRights, 3)));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    seL4_MessageInfo_t info = seL4_Recv(fault, &badge);
    CHECK_EQUAL(badge, 3);
    CHECK_EQUAL(seL4_MessageInfo_get_label(info), seL4_Fault_CapFault);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_Addr), n);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
}

/* Who waits for a notification that goes does its system call again, and finds nothing. */
static void notification_deleted_while_waiting(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0), fault = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(thread_make(&t, wait_once, n, 0, LOWER, fault));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    let_others_run();
    CHECK_OK(seL4_CNode_Delete(ROOT, n, DEPTH));
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(fault, 0)), seL4_Fault_CapFault);
}

TEST_GROUP(notification_tests, TEST(notification_collects_badges),
           TEST(notification_wakes_in_order), TEST(notification_preempts),
           TEST(notification_rights), TEST(notification_binding_errors),
           TEST(notification_waited_for_cannot_be_bound),
           TEST(notification_bound_interrupts_receive), TEST(notification_bound_comes_first),
           TEST(notification_bound_is_private), TEST(notification_deleted_while_waiting));
