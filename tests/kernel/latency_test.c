/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Latency while objects come and go, as many and as large as the API allows.
 */
#include "latency.h"
#include "pit.h"

#define FEW_BITS     6
#define MANY_BITS    13
#define WAITER_COUNT 600

static bool retype(seL4_Word type, seL4_Word bits, seL4_Word count)
{
    return seL4_Untyped_Retype(memory, type, bits, ROOT, 0, 0, slots, count) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

static bool do_nothing(void)
{
    seL4_Yield();
    return true;
}

static bool do_ports(void)
{
    return seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, 0x100, 0xffff, ROOT, slots, DEPTH) ==
               seL4_NoError &&
           seL4_CNode_Delete(ROOT, slots, DEPTH) == seL4_NoError;
}

static bool do_endpoints(void)
{
    return retype(seL4_EndpointObject, 0, 256);
}

static bool do_threads(void)
{
    return retype(seL4_TCBObject, 0, 256);
}

static bool do_spaces(void)
{
    return retype(seL4_X64_PML4Object, 0, 256);
}

static bool do_roots(void)
{
    return retype(seL4_X86_EPTPML4Object, 0, 256);
}

static bool do_vcpus(void)
{
    seL4_Error error = seL4_Untyped_Retype(memory, seL4_X86_VCPUObject, 0, ROOT, 0, 0, slots, 200);
    if (error == seL4_IllegalOperation)
        return true; /* no guests on this machine */
    return error == seL4_NoError && seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

static bool do_large_frames(void)
{
    return retype(seL4_X86_LargePageObject, 0, 6);
}

static bool fill(seL4_CPtr into, seL4_Word bits)
{
    for (seL4_Word i = 0; i < BIT(bits); i++)
        if (seL4_CNode_Copy(into, i, bits, ROOT, source, DEPTH, seL4_AllRights) != seL4_NoError)
            return false;
    return true;
}

static bool do_cnode(void)
{
    return seL4_Untyped_Retype(memory, seL4_CapTableObject, MANY_BITS, ROOT, 0, 0, slots, 1) ==
               seL4_NoError &&
           fill(slots, MANY_BITS) && seL4_CNode_Delete(ROOT, slots, DEPTH) == seL4_NoError;
}

static bool do_revoke(void)
{
    return seL4_Untyped_Retype(memory, seL4_CapTableObject, MANY_BITS, ROOT, 0, 0, slots, 1) ==
               seL4_NoError &&
           fill(slots, MANY_BITS) && seL4_CNode_Revoke(ROOT, source, DEPTH) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

/*
 * A tree that is as deep as it has nodes: a copy of an untyped is its child, and there can be only
 * one.
 */
static bool do_revoke_deep(void)
{
    seL4_CPtr box = slots, root = slots + 1;
    if (seL4_Untyped_Retype(memory, seL4_CapTableObject, MANY_BITS, ROOT, 0, 0, box, 1) ||
        seL4_Untyped_Retype(memory, seL4_UntypedObject, seL4_PageBits, ROOT, 0, 0, root, 1) ||
        seL4_CNode_Copy(box, 0, MANY_BITS, ROOT, root, DEPTH, seL4_AllRights))
        return false;
    for (seL4_Word i = 1; i < BIT(MANY_BITS); i++)
        if (seL4_CNode_Copy(box, i, MANY_BITS, box, i - 1, MANY_BITS, seL4_AllRights))
            return false;
    return seL4_CNode_Revoke(ROOT, root, DEPTH) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

/* CNodes in a CNode, each the last capability of its kind. */
static bool do_nested(void)
{
    if (seL4_Untyped_Retype(memory, seL4_CapTableObject, FEW_BITS, ROOT, 0, 0, slots,
                            1 + BIT(FEW_BITS)) != seL4_NoError)
        return false;
    for (seL4_Word i = 0; i < BIT(FEW_BITS); i++)
        if (!fill(slots + 1 + i, FEW_BITS) ||
            seL4_CNode_Move(slots, i, FEW_BITS, ROOT, slots + 1 + i, DEPTH) != seL4_NoError)
            return false;
    return seL4_CNode_Delete(ROOT, slots, DEPTH) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

/* All vectors but the watcher's, each with a notification that has no other capability. */
static bool do_handlers(void)
{
    seL4_CPtr box = slots, handler = slots + 1, n = slots + 2;
    if (seL4_Untyped_Retype(memory, seL4_CapTableObject, 7, ROOT, 0, 0, box, 1) != seL4_NoError)
        return false;
    for (seL4_Word i = 0; i < 108; i++) {
        if (i == 20)
            continue;
        if (seL4_IRQControl_GetMSI(seL4_CapIRQControl, ROOT, handler, DEPTH, 0, 0, 0, 0, i) !=
                seL4_NoError ||
            seL4_Untyped_Retype(memory, seL4_NotificationObject, 0, ROOT, 0, 0, n, 1) !=
                seL4_NoError ||
            seL4_IRQHandler_SetNotification(handler, n) != seL4_NoError ||
            seL4_CNode_Delete(ROOT, n, DEPTH) != seL4_NoError ||
            seL4_CNode_Move(box, i, 7, ROOT, handler, DEPTH) != seL4_NoError)
            return false;
    }
    return seL4_CNode_Delete(ROOT, box, DEPTH) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

static bool do_pool(void)
{
    seL4_CPtr untyped = slots, pool = slots + 1, roots = slots + 2;
    if (seL4_Untyped_Retype(memory, seL4_UntypedObject, seL4_ASIDPoolBits, ROOT, 0, 0, untyped,
                            1) ||
        seL4_X86_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, pool, DEPTH) ||
        seL4_Untyped_Retype(memory, seL4_X64_PML4Object, 0, ROOT, 0, 0, roots, 256) ||
        seL4_Untyped_Retype(memory, seL4_X86_EPTPML4Object, 0, ROOT, 0, 0, roots + 256, 255))
        return false;
    for (unsigned i = 0; i < 511; i++)
        if (seL4_X86_ASIDPool_Assign(pool, roots + i))
            return false;
    return seL4_CNode_Delete(ROOT, pool, DEPTH) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

/*
 * Threads that do nothing but send on an endpoint. When it is gone, a Send does nothing and
 * returns: the fault ends what would keep the processor from every thread below.
 */
__attribute__((naked)) static void send_forever(void)
{
    __asm__("1: mov $-3, %rax; xor %esi, %esi; syscall; ud2; jmp 1b");
}

#define ENDPOINT (slots + WAITER_COUNT)
#define FAULTS   (slots + WAITER_COUNT + 1)
#define BADGED   (slots + WAITER_COUNT + 2)
_Static_assert(WAITER_COUNT + 3 <= LATENCY_SLOTS, "enough slots");

static bool crowd(void)
{
    if (seL4_Untyped_Retype(memory, seL4_EndpointObject, 0, ROOT, 0, 0, ENDPOINT, 2) ||
        seL4_CNode_Mint(ROOT, BADGED, DEPTH, ROOT, ENDPOINT, DEPTH, seL4_AllRights, 7))
        return false;
    for (unsigned i = 0; i < WAITER_COUNT; i += WAITER_COUNT / 3)
        if (seL4_Untyped_Retype(memory, seL4_TCBObject, 0, ROOT, 0, 0, slots + i, WAITER_COUNT / 3))
            return false;
    seL4_UserContext regs = {.rip = (seL4_Word)send_forever, .rdi = BADGED};
    for (unsigned i = 0; i < WAITER_COUNT; i++) {
        seL4_CPtr t = slots + i;
        if (seL4_TCB_Configure(t, FAULTS, ROOT, 0, seL4_CapInitThreadVSpace, 0, 0, 0) ||
            seL4_TCB_SetPriority(t, seL4_CapInitThreadTCB, LOWER) ||
            seL4_TCB_WriteRegisters(t, true, 0, seL4_UserContext_Words, &regs))
            return false;
    }
    let_others_run();
    return true;
}

static bool do_cancel(void)
{
    bool done = seL4_CNode_CancelBadgedSends(ROOT, BADGED, DEPTH) == seL4_NoError;
    let_others_run(); /* they are back */
    return done;
}

/* The senders fault, and the revocation finds them waiting for their handler. */
static bool do_delete_endpoint(void)
{
    if (!crowd() || seL4_CNode_Delete(ROOT, BADGED, DEPTH) != seL4_NoError ||
        seL4_CNode_Delete(ROOT, ENDPOINT, DEPTH) != seL4_NoError)
        return false;
    let_others_run();
    return seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

/* --- What debug builds have --- */

static bool do_snapshot(void)
{
    seL4_DebugSnapshot();
    return true;
}

static bool do_dump(void)
{
    seL4_DebugDumpScheduler();
    return true;
}

static void latency_of_objects(void)
{
    static const struct latency_row rows[] = {
        {"Yield", do_nothing},
        {"IOPort: Issue and Delete, all ports", do_ports},
        {"Retype: 256 endpoints, Revoke", do_endpoints},
        {"Retype: 256 threads, Revoke", do_threads},
        {"Retype: 256 address spaces, Revoke", do_spaces},
        {"Retype: 256 second-level roots, Revoke", do_roots},
        {"Retype: 200 VCPUs, Revoke", do_vcpus},
        {"Retype: 6 frames of 2 MiB, Revoke", do_large_frames},
        {"Delete: CNode of 8192 capabilities", do_cnode},
        {"Revoke: 8192 copies", do_revoke},
        {"Revoke: 8192 copies, each of the one before", do_revoke_deep},
        {"Delete: CNode of 64 CNodes of 64", do_nested},
        {"Delete: CNode of 107 interrupt handlers", do_handlers},
        {"Delete: ASID pool of 511 address spaces", do_pool},
    };
    CHECK(latency_make_objects());
    CHECK(latency_start());
    bool good = latency_rows(rows, ARRAY_SIZE(rows));
    CHECK(crowd());
    good &= latency_measure("CancelBadgedSends: 600 senders", do_cancel);
    good &= latency_measure("DebugDumpScheduler: 600 threads", do_dump);
    good &= latency_measure("DebugSnapshot: 600 capabilities", do_snapshot);
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    good &= latency_measure("Delete: endpoint with 600 senders", do_delete_endpoint);
    latency_stop();
    CHECK(good);
}

static void latency_of_threads(void)
{
    CHECK(latency_make_objects());
    CHECK(latency_start());
    bool good = latency_of_work();
    latency_stop();
    CHECK(good);
}

/* --- Progress under interrupts --- */

#define OTHER_BADGE    8
#define STOP_AFTER     1000
#define ENOUGH         20
#define SLOWEST_PERIOD 16

static volatile unsigned interrupts;

/* After so many interrupts there are no more: what does not end by itself ends then. */
static void interrupt_often(seL4_Word n, seL4_Word handler)
{
    for (;;) {
        seL4_Wait(n, 0);
        if (++interrupts < STOP_AFTER)
            seL4_IRQHandler_Ack(handler);
    }
}

/*
 * An invocation that looks at 600 threads, and is interrupted before it can have come to the end of
 * them, goes on where it was: a timer of any period that leaves it some time does not hold it up.
 */
static void latency_cancel_keeps_its_place(void)
{
    struct thread above;
    CHECK(latency_make_objects());
    seL4_CPtr handler, other = new_slot(), n = make(seL4_NotificationObject, 0);
    CHECK(crowd());
    CHECK_OK(
        seL4_CNode_Mint(ROOT, other, DEPTH, ROOT, ENDPOINT, DEPTH, seL4_AllRights, OTHER_BADGE));
    CHECK(pit_get());
    pit_quiet();
    CHECK_OK(pit_handler(&handler, false));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, n));
    CHECK(thread_start(&above, interrupt_often, n, handler, HIGHER));
    unsigned worst = 0;
    for (uint8_t period = SLOWEST_PERIOD; period >= 2; period--) {
        interrupts = 0;
        pit_periodic(period);
        seL4_Error error = seL4_CNode_CancelBadgedSends(ROOT, other, DEPTH);
        worst = interrupts > worst ? interrupts : worst;
        pit_quiet();
        seL4_IRQHandler_Ack(handler);
        CHECK_OK(error);
    }
    test_note("latency CancelBadgedSends: %u interrupts", worst);
    CHECK(worst <= ENOUGH);
    seL4_TCB_Suspend(above.tcb);
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
}

TEST_GROUP(latency_tests, TEST(latency_of_objects), TEST(latency_of_threads),
           TEST(latency_cancel_keeps_its_place));
