/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages: words, badges, replies, capability transfer, order, cancellation.
 */
#include "harness.h"

static volatile seL4_Word seen[8];
static volatile seL4_Word words[seL4_MsgMaxLength];

#define MESSAGE(label, length) seL4_MessageInfo_new(label, 0, 0, length)

/* Receives one message and keeps it. */
static void receive_one(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(ep, &badge);
    seen[0] = badge;
    seen[1] = info.words[0];
    for (unsigned i = 0; i < seL4_MessageInfo_get_length(info); i++)
        words[i] = seL4_GetMR((int)i);
}

static void send_one(seL4_Word ep, seL4_Word value)
{
    seL4_SetMR(0, value);
    seL4_Send(ep, MESSAGE(value, 1));
    seen[value & 7]++;
}

static void ipc_all_lengths(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), badged = mint(ep, seL4_AllRights, 0xbad9e);
    static const unsigned lengths[] = {0, 1, 3, 4, 5, 10, 119, 120};
    for (unsigned n = 0; n < ARRAY_SIZE(lengths); n++) {
        struct thread t;
        unsigned length = lengths[n];
        CHECK(thread_start(&t, receive_one, ep, 0, LOWER));
        let_others_run();
        for (unsigned i = 0; i < length; i++)
            seL4_SetMR((int)i, 1000 + i * 3);
        seL4_Send(badged, MESSAGE(length + 5, length));
        let_others_run();
        CHECK_EQUAL(seen[0], 0xbad9e);
        CHECK_EQUAL(seen[1], MESSAGE(length + 5, length).words[0]);
        for (unsigned i = 0; i < length; i++)
            CHECK_EQUAL(words[i], 1000 + i * 3);
    }
}

/* The field can say up to 127; 120 words is the most that travels. */
static void ipc_length_is_clamped(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(thread_start(&t, receive_one, ep, 0, LOWER));
    seL4_Send(ep, MESSAGE(0, 127));
    let_others_run();
    CHECK_EQUAL(seen[1], seL4_MsgMaxLength);
}

/* --- Nothing but the words of the message --- */
#define MARK 0x5ec7e700ul

static seL4_Word words_in[4];

/* The registers of MR0 to MR3 before and after one system call, without a stub in between. */
static seL4_Word raw_call(seL4_Word number, seL4_CPtr cap, seL4_Word length, seL4_Word mark,
                          seL4_Word out[4])
{
    register seL4_Word mr1 __asm__("r8") = mark + 1, mr2 __asm__("r9") = mark + 2;
    register seL4_Word mr3 __asm__("r10") = mark + 3;
    seL4_Word mr0 = mark, info = length;
    __asm__ volatile("syscall"
                     : "+a"(number), "+D"(cap), "+S"(info), "+d"(mr0), "+r"(mr1), "+r"(mr2),
                       "+r"(mr3)
                     :
                     : "rcx", "r11", "memory");
    out[0] = mr0, out[1] = mr1, out[2] = mr2, out[3] = mr3;
    return info & 0x7f;
}

/* Of `length` words from one who had `from` in all four registers, to one who had `to`. */
static bool only_words(const seL4_Word got[4], seL4_Word length, seL4_Word from, seL4_Word to)
{
    for (unsigned i = 0; i < 4; i++)
        if (got[i] != (i < length ? from : to) + i)
            return false;
    return true;
}

static void raw_receiver(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    seL4_Word now[4], length = raw_call(seL4_SysRecv, ep, 0, MARK, now);
    for (;;) {
        for (unsigned i = 0; i < 4; i++)
            words_in[i] = now[i];
        length = raw_call(seL4_SysReplyRecv, ep, length, MARK, now);
    }
}

/* By the fast path (a server that waits, of higher priority) and by the general one. */
static void ipc_no_more_words_than_said(void)
{
    static const unsigned priorities[] = {HIGHER, LOWER};
    for (unsigned p = 0; p < ARRAY_SIZE(priorities); p++)
        for (seL4_Word length = 0; length <= 4; length++) {
            seL4_CPtr ep = make(seL4_EndpointObject, 0);
            struct thread t;
            seL4_Word back[4];
            CHECK(thread_start(&t, raw_receiver, ep, 0, priorities[p]));
            CHECK_EQUAL(raw_call(seL4_SysCall, ep, length, 0x1000, back), length);
            CHECK(only_words(words_in, length, 0x1000, MARK));
            CHECK(only_words(back, length, MARK, 0x1000));
            let_others_run();
            CHECK_EQUAL(raw_call(seL4_SysCall, ep, length, 0x2000, back), length);
            CHECK(only_words(words_in, length, 0x2000, MARK));
            CHECK(only_words(back, length, MARK, 0x2000));
            CHECK_OK(seL4_TCB_Suspend(t.tcb));
            CHECK_OK(seL4_CNode_Delete(ROOT, t.tcb, DEPTH));
        }
}

static void ipc_sender_waits(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread a, b;
    seL4_Word badge;
    seen[1] = seen[2] = 0;
    CHECK(thread_start(&a, send_one, mint(ep, seL4_AllRights, 11), 1, LOWER));
    let_others_run();
    CHECK(thread_start(&b, send_one, mint(ep, seL4_AllRights, 12), 2, LOWER));
    let_others_run();
    CHECK_EQUAL(seen[1] + seen[2], 0);
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Recv(ep, &badge)), 1); /* first come */
    CHECK_EQUAL(badge, 11);
    let_others_run();
    CHECK_EQUAL(seen[1], 1);
    CHECK_EQUAL(seen[2], 0);
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_NBRecv(ep, &badge)), 2);
    CHECK_EQUAL(badge, 12);
}

static void ipc_non_blocking(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    seL4_Word badge = 1;
    seL4_NBSend(mint(ep, seL4_AllRights, 4), MESSAGE(0, 0)); /* nobody is there: lost */
    seL4_NBRecv(ep, &badge);
    CHECK_EQUAL(badge, 0);
    seen[0] = 0;
    CHECK(thread_start(&t, receive_one, ep, 0, LOWER));
    let_others_run();
    seL4_NBSend(mint(ep, seL4_AllRights, 4), MESSAGE(9, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 4);
    CHECK_EQUAL(seen[1], MESSAGE(9, 0).words[0]);
}

/* Answers `count` calls with the sum of the words. */
static void sum_server(seL4_Word ep, seL4_Word count)
{
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(ep, &badge);
    while (count--) {
        seL4_Word sum = badge;
        for (unsigned i = 0; i < seL4_MessageInfo_get_length(info); i++)
            sum += seL4_GetMR((int)i);
        seL4_SetMR(0, sum);
        if (count)
            info = seL4_ReplyRecv(ep, MESSAGE(sum & 0xff, 1), &badge);
        else
            seL4_Reply(MESSAGE(sum & 0xff, 1));
    }
}

static seL4_Word call_with(seL4_CPtr ep, unsigned length, seL4_Word value)
{
    for (unsigned i = 0; i < length; i++)
        seL4_SetMR((int)i, value);
    seL4_MessageInfo_t info = seL4_Call(ep, MESSAGE(1, length));
    return seL4_MessageInfo_get_length(info) == 1 &&
                   seL4_MessageInfo_get_label(info) == (seL4_GetMR(0) & 0xff)
               ? seL4_GetMR(0)
               : ~0ul;
}

static void call_and_reply(unsigned priority)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), badged = mint(ep, seL4_AllRights, 1000);
    struct thread server;
    CHECK(thread_start(&server, sum_server, ep, 4, priority));
    CHECK_EQUAL(call_with(badged, 0, 0), 1000);
    CHECK_EQUAL(call_with(badged, 4, 5), 1020);
    CHECK_EQUAL(call_with(ep, 3, 7), 21);
    CHECK_EQUAL(call_with(badged, 120, 1), 1120);
}

static void ipc_call_lower(void)
{
    call_and_reply(LOWER);
}

static void ipc_call_equal(void)
{
    call_and_reply(TEST_PRIORITY);
}

static void ipc_call_higher(void)
{
    call_and_reply(HIGHER);
}

static void ipc_call_many(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread server;
    CHECK(thread_start(&server, sum_server, ep, 5000, HIGHER));
    for (seL4_Word i = 0; i < 5000; i++)
        CHECK_EQUAL(call_with(ep, i % 6, i), i % 6 * i);
}

/* Without the right to grant or to be answered, a call leaves the caller inactive. */
static void caller(seL4_Word ep, seL4_Word index)
{
    seL4_Call(ep, MESSAGE(0, 0));
    seen[index]++;
}

static void ipc_call_without_grant(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    seL4_Word badge;
    seen[0] = 0;
    CHECK(thread_start(&t, caller, mint(ep, seL4_CanWrite, 3), 0, LOWER));
    seL4_Recv(ep, &badge);
    CHECK_EQUAL(badge, 3);
    seL4_Reply(MESSAGE(0, 0)); /* to nobody */
    let_others_run();
    CHECK_EQUAL(seen[0], 0);
}

/* Resumed, it issues the call again. */
static void ipc_call_without_grant_resumed(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), cap = mint(ep, seL4_CanWrite, 3);
    for (unsigned sender_waits = 0; sender_waits < 2; sender_waits++) {
        struct thread t;
        seL4_Word badge;
        seen[0] = 0;
        CHECK(thread_start(&t, caller, cap, 0, LOWER));
        if (sender_waits)
            let_others_run();
        for (unsigned i = 0; i < 3; i++) {
            badge = 0;
            seL4_Recv(ep, &badge);
            CHECK_EQUAL(badge, 3);
            let_others_run();
            seL4_NBRecv(ep, &badge);
            CHECK_EQUAL(badge, 0);
            CHECK_OK(seL4_TCB_Resume(t.tcb));
        }
        CHECK_EQUAL(seen[0], 0);
        CHECK_OK(seL4_TCB_Suspend(t.tcb));
    }
}

static void ipc_rights(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    seL4_CPtr read = mint(ep, seL4_CanRead, 0);
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Call(read, MESSAGE(0, 0))), seL4_InvalidCapability);
    CHECK_EQUAL(seL4_GetMR(0), 0);
}

static void ipc_save_caller(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), saved = new_slot(), second = new_slot();
    struct thread a, b;
    seen[0] = seen[1] = 0;
    CHECK(thread_start(&a, caller, ep, 0, LOWER));
    let_others_run();
    CHECK(thread_start(&b, caller, ep, 1, LOWER));
    seL4_Recv(ep, 0);
    CHECK_EQUAL(seL4_CNode_SaveCaller(ROOT, ep, DEPTH), seL4_DeleteFirst);
    CHECK_OK(seL4_CNode_SaveCaller(ROOT, saved, DEPTH));
    seL4_Recv(ep, 0);
    /* It answers one thread once; it cannot be doubled, but moved. */
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, second, DEPTH, ROOT, saved, DEPTH, seL4_AllRights),
                seL4_IllegalOperation);
    CHECK_OK(seL4_CNode_Move(ROOT, second, DEPTH, ROOT, saved, DEPTH));
    seL4_Send(second, MESSAGE(0, 0));
    CHECK(slot_is_empty(second));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
    CHECK_EQUAL(seen[1], 0);
    seL4_Reply(MESSAGE(0, 0));
    let_others_run();
    CHECK_EQUAL(seen[1], 1);
}

/* Receiving again gives up the answer to the one before. */
static void ipc_receive_drops_caller(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    seL4_Word badge;
    seen[0] = 0;
    CHECK(thread_start(&t, caller, ep, 0, LOWER));
    seL4_Recv(ep, 0);
    seL4_NBRecv(ep, &badge);
    seL4_Reply(MESSAGE(0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 0);
}

/* Deleting the saved reply leaves the caller waiting; resuming it issues the call again. */
static void ipc_reply_deleted(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), saved = new_slot();
    struct thread t;
    seL4_Word badge;
    seen[0] = 0;
    CHECK(thread_start(&t, caller, mint(ep, seL4_AllRights, 8), 0, LOWER));
    seL4_Recv(ep, 0);
    CHECK_OK(seL4_CNode_SaveCaller(ROOT, saved, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, saved, DEPTH));
    let_others_run();
    CHECK_EQUAL(seen[0], 0);
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    seL4_Recv(ep, &badge);
    CHECK_EQUAL(badge, 8);
    seL4_Reply(MESSAGE(0, 0));
    let_others_run();
    CHECK_EQUAL(seen[0], 1);
}

/* A caller that goes takes the reply capability with it. */
static void ipc_caller_deleted(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), saved = new_slot();
    struct thread t;
    CHECK(thread_start(&t, caller, ep, 0, LOWER));
    seL4_Recv(ep, 0);
    CHECK_OK(seL4_CNode_SaveCaller(ROOT, saved, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, t.tcb, DEPTH));
    CHECK(slot_is_empty(saved));
    seL4_Reply(MESSAGE(0, 0));
}

/* --- Capabilities --- */
static void send_caps(seL4_Word ep, seL4_Word caps)
{
    seL4_SetCap(0, caps & 0xffff);
    seL4_SetCap(1, caps >> 16 & 0xffff);
    seL4_Send(ep, seL4_MessageInfo_new(0, 0, caps >> 16 ? 2 : 1, 0));
    seen[7]++;
}

static void ipc_capability_arrives(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), n = make(seL4_NotificationObject, 0);
    seL4_CPtr to = new_slot();
    struct thread t;
    seL4_SetCapReceivePath(ROOT, to, DEPTH);
    CHECK(thread_start(&t, send_caps, ep, n, LOWER));
    seL4_MessageInfo_t info = seL4_Recv(ep, 0);
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(info), 1);
    CHECK_EQUAL(seL4_MessageInfo_get_capsUnwrapped(info), 0);
    CHECK_EQUAL(seL4_DebugCapIdentify(to), seL4_DebugCapIdentify(n));
    /* It is a child of the sender's: revoking that takes it. */
    CHECK_OK(seL4_CNode_Revoke(ROOT, n, DEPTH));
    CHECK(slot_is_empty(to));
}

static void ipc_capability_needs_grant(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), n = make(seL4_NotificationObject, 0);
    seL4_CPtr to = new_slot();
    struct thread t;
    seL4_SetCapReceivePath(ROOT, to, DEPTH);
    CHECK(thread_start(&t, send_caps, mint(ep, seL4_CanWrite, 0), n, LOWER));
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(seL4_Recv(ep, 0)), 0);
    CHECK(slot_is_empty(to));
}

static void ipc_capability_unwrapped(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), n = make(seL4_NotificationObject, 0);
    seL4_CPtr to = new_slot(), badged = mint(ep, seL4_AllRights, 0x77);
    struct thread t;
    seL4_SetCapReceivePath(ROOT, to, DEPTH);
    CHECK(thread_start(&t, send_caps, ep, badged | n << 16, LOWER));
    seL4_MessageInfo_t info = seL4_Recv(ep, 0);
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(info), 2);
    CHECK_EQUAL(seL4_MessageInfo_get_capsUnwrapped(info), 1);
    CHECK_EQUAL(seL4_GetBadge(0), 0x77);
    CHECK_EQUAL(seL4_DebugCapIdentify(to), seL4_DebugCapIdentify(n));
}

/* Only one slot is offered; a full one takes nothing. */
static void ipc_capability_without_slot(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), n = make(seL4_NotificationObject, 0);
    seL4_CPtr to = new_slot();
    struct thread a, b, c;
    CHECK(thread_start(&a, send_caps, ep, n, LOWER));
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(seL4_Recv(ep, 0)), 0); /* no path set */
    seL4_SetCapReceivePath(ROOT, to, DEPTH);
    CHECK(thread_start(&b, send_caps, ep, n | n << 16, LOWER));
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(seL4_Recv(ep, 0)), 1);
    CHECK(thread_start(&c, send_caps, ep, n, LOWER));
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(seL4_Recv(ep, 0)), 0); /* it is full now */
}

static void grant_reply_server(seL4_Word ep, seL4_Word cap)
{
    seL4_Recv(ep, 0);
    seL4_SetCap(0, cap);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 1, 0));
}

/* A server may answer with a capability if it received with the right to grant. */
static void ipc_capability_in_reply(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), n = make(seL4_NotificationObject, 0);
    seL4_CPtr to = new_slot();
    struct thread server, mute;
    seL4_SetCapReceivePath(ROOT, to, DEPTH);
    CHECK(thread_start(&server, grant_reply_server, ep, n, LOWER));
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(seL4_Call(ep, MESSAGE(0, 0))), 1);
    CHECK_EQUAL(seL4_DebugCapIdentify(to), seL4_DebugCapIdentify(n));
    CHECK_OK(seL4_CNode_Delete(ROOT, to, DEPTH));
    CHECK(thread_start(&mute, grant_reply_server, mint(ep, seL4_CanRead, 0), n, LOWER));
    CHECK_EQUAL(seL4_MessageInfo_get_extraCaps(seL4_Call(ep, MESSAGE(0, 0))), 0);
    CHECK(slot_is_empty(to));
}

/* Announcing a capability that does not exist is a fault of the sender. */
#define NO_SUCH_CAP BIT(63)

static void send_missing_cap(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    seL4_SetCap(0, NO_SUCH_CAP);
    seL4_Send(ep, seL4_MessageInfo_new(0, 0, 1, 0));
}

static void ipc_missing_extra_cap(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), fault = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(thread_make(&t, send_missing_cap, ep, 0, LOWER, fault));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    seL4_MessageInfo_t info = seL4_Recv(fault, 0);
    CHECK_EQUAL(seL4_MessageInfo_get_label(info), seL4_Fault_CapFault);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_Addr), NO_SUCH_CAP);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_InRecvPhase), 0);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_LookupFailureType), seL4_GuardMismatch);
}

/* --- Cancellation --- */
static void ipc_cancel_badged_sends(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), fault = make(seL4_EndpointObject, 0);
    seL4_CPtr one = mint(ep, seL4_AllRights, 1), two = mint(ep, seL4_AllRights, 2);
    struct thread a, b;
    seL4_Word badge;
    CHECK(thread_make(&a, send_one, one, 1, LOWER, fault));
    CHECK(thread_make(&b, send_one, two, 2, LOWER, fault));
    CHECK_OK(seL4_TCB_Resume(a.tcb));
    CHECK_OK(seL4_TCB_Resume(b.tcb));
    let_others_run();
    /* The capability goes from the sender's space, then the message: it tries again and faults. */
    seL4_CPtr kept = new_slot();
    CHECK_OK(seL4_CNode_Move(ROOT, kept, DEPTH, ROOT, one, DEPTH));
    CHECK_OK(seL4_CNode_CancelBadgedSends(ROOT, kept, DEPTH));
    let_others_run();
    seL4_NBRecv(ep, &badge);
    CHECK_EQUAL(badge, 2);
    seL4_NBRecv(ep, &badge);
    CHECK_EQUAL(badge, 0);
}

static void ipc_endpoint_deleted(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), fault = make(seL4_EndpointObject, 0);
    struct thread a;
    CHECK(thread_make(&a, receive_one, ep, 0, LOWER, fault));
    CHECK_OK(seL4_TCB_Resume(a.tcb));
    let_others_run();
    CHECK_OK(seL4_CNode_Delete(ROOT, ep, DEPTH));
    seL4_MessageInfo_t info = seL4_Recv(fault, 0);
    CHECK_EQUAL(seL4_MessageInfo_get_label(info), seL4_Fault_CapFault);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
    CHECK_EQUAL(seL4_GetMR(seL4_CapFault_LookupFailureType), seL4_MissingCapability);
}

TEST_GROUP(ipc_tests, TEST(ipc_all_lengths), TEST(ipc_length_is_clamped), TEST(ipc_sender_waits),
           TEST(ipc_non_blocking), TEST(ipc_call_lower), TEST(ipc_call_equal),
           TEST(ipc_call_higher), TEST(ipc_call_many), TEST(ipc_call_without_grant),
           TEST(ipc_rights), TEST(ipc_save_caller), TEST(ipc_receive_drops_caller),
           TEST(ipc_reply_deleted), TEST(ipc_caller_deleted), TEST(ipc_capability_arrives),
           TEST(ipc_capability_needs_grant), TEST(ipc_capability_unwrapped),
           TEST(ipc_capability_without_slot), TEST(ipc_capability_in_reply),
           TEST(ipc_missing_extra_cap), TEST(ipc_cancel_badged_sends), TEST(ipc_endpoint_deleted),
           TEST(ipc_call_without_grant_resumed), TEST(ipc_no_more_words_than_said));
