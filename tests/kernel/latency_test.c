/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the most urgent thread waits for the processor while another one does the worst that the
 * API allows. The 8254 interrupts at random times; a thread above all others waits for that, and
 * compares its first instruction with the time at which the count ended. Where instructions are
 * counted (ctest does), so is the latency.
 */
#include "harness.h"
#include "pit.h"

#define LIMIT        15000
#define WATCHER      250
#define SAMPLES      150
#define ROUNDS       400
#define PIT_TICK_PS  838095ul /* picoseconds; a nanosecond is an instruction */
#define FEW_BITS     6
#define MANY_BITS    13
#define WAITER_COUNT 600

static struct thread watcher;
static volatile uint64_t stamp, worst, samples;
static uint64_t skew; /* of the calculated time, by what lies between programming and reading */
static uint64_t random_state = 88172645463325252ul;

static unsigned pick(unsigned count)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % count;
}

static void watch(seL4_Word n, seL4_Word handler)
{
    for (;;) {
        unsigned ticks = 3 + pick(120);
        pit_start(ticks);
        uint64_t due = read_tsc() + ticks * PIT_TICK_PS / 1000;
        seL4_Wait(n, 0);
        uint64_t now = read_tsc(), late = now - due;
        if (stamp) {
            /* The other thread does nothing but to note the time: this is exact. */
            uint64_t latency = now - stamp;
            if ((int64_t)(latency - late) > (int64_t)skew)
                skew = latency - late;
        } else if ((int64_t)(late + skew) > (int64_t)worst) {
            worst = late + skew;
        }
        samples++;
        seL4_IRQHandler_Ack(handler);
    }
}

static bool start(void)
{
    seL4_CPtr handler, n = make(seL4_NotificationObject, 0);
    if (!pit_get())
        return false;
    pit_quiet();
    if (pit_handler(&handler, false) || seL4_IRQHandler_SetNotification(handler, n))
        return false;
    samples = skew = 0;
    stamp = read_tsc();
    if (!thread_start(&watcher, watch, n, handler, WATCHER))
        return false;
    while (samples < SAMPLES)
        stamp = read_tsc();
    stamp = 0;
    return true;
}

/* Does it again and again under the watcher's eyes. */
static bool measure(const char *what, bool (*operation)(void))
{
    worst = samples = 0;
    for (unsigned i = 0; i < ROUNDS && samples < SAMPLES; i++)
        if (!operation()) {
            test_note("latency %s: failed", what);
            return false;
        }
    test_note("latency %-44s %lu", what, (seL4_Word)worst);
    return worst <= LIMIT;
}

/* --- Operations --- */

static seL4_CPtr memory, slots, source;

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
#define SLOTS    (WAITER_COUNT + 3)

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

static void latency_of_everything(void)
{
    static const struct {
        const char *name;
        bool (*operation)(void);
    } operations[] = {
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
        {"Delete: CNode of 64 CNodes of 64", do_nested},
        {"Delete: CNode of 107 interrupt handlers", do_handlers},
    };
    bool good = true;
    memory = make(seL4_UntypedObject, 24);
    source = make(seL4_EndpointObject, 0);
    CHECK(start());
    slots = new_slot();
    for (unsigned i = 0; i < SLOTS; i++)
        new_slot();
    for (unsigned i = 0; i < ARRAY_SIZE(operations); i++)
        good &= measure(operations[i].name, operations[i].operation);
    CHECK(crowd());
    good &= measure("CancelBadgedSends: 600 senders", do_cancel);
    good &= measure("DebugDumpScheduler: 600 threads", do_dump);
    good &= measure("DebugSnapshot: 600 capabilities", do_snapshot);
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    good &= measure("Delete: endpoint with 600 senders", do_delete_endpoint);
    seL4_TCB_Suspend(watcher.tcb);
    CHECK(good);
}

TEST_GROUP(latency_tests, TEST(latency_of_everything));
