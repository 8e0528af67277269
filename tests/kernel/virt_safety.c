/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual CPUs: impossible states, permissions that end, and objects that go while they are in use.
 */
#include "virt_machine.h"
#include "harness.h"

#include <string.h>

GUEST(spin);
GUEST(hypercall);
GUEST(port);
GUEST(look);
GUEST(long_mode);

#define TEST_PORT 0xf0 /* of the coprocessor: nothing listens on QEMU's PC */

/* Refused by WriteState, with the documented error. */
static void virt_refused_state(void)
{
    MACHINE(m);
    seL4_CPtr v = m.vcpu;
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_Count, 0), seL4_RangeError);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, ~0ul, 0), seL4_RangeError);
    CHECK_EQUAL(seL4_X86_VCPU_ReadState(v, seL4_VCPUState_Count).error, seL4_RangeError);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_CR0, BIT(32)), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_EFER, BIT(12)), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_DR7, BIT(32)), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_PAT, 2), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_XCR0, 0), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_XCR0, 5), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_XCR0, BIT(62)), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_CS, 0x10000), seL4_RangeError);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_CS + 1, 0x1000), seL4_RangeError);
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(v, seL4_VCPUState_IDTRLimit, 0x10000), seL4_RangeError);
}

/*
 * Accepted field by field, refused by the processor as a whole: an exit, not a fault of the kernel.
 */
static void virt_invalid_state(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    /* Long mode without PAE. */
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_CR4, 0));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Invalid);
    /* Every bit of the message set: whatever happens, the kernel survives and says so. */
    for (unsigned i = 0; i < 64; i++) {
        machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
        run->rip = BIT(i);
        run->rflags = ~0ul << i;
        run->event = (0x9e3779b97f4a7c15ul << i) | (i & 1 ? seL4_VCPUEvent_Valid : 0);
        run->interrupt = ~0ul >> i;
        run->control = ~0ul;
        run->reg[seL4_VCPUReg_RSP] = ~0ul << i;
        int reason = machine_run();
        CHECK(reason >= 0 && reason < seL4_VCPUExit_Count);
    }
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
}

#define CR0_PG   0x80000000ul
#define CR4_PAE  0x20ul
#define EFER_LME 0x100ul
#define EFER_LMA 0x400ul

/* The ways that a guest can take in and out of long mode leave the host's paging alone. */
static void virt_long_mode(void)
{
    static const struct {
        uint64_t cr0, cr4, efer;
    } wanted[] = {
        {0, 0, EFER_LME},
        {0, CR4_PAE, EFER_LME},
        {CR0_PG, CR4_PAE, EFER_LME | EFER_LMA},
        {0, CR4_PAE, EFER_LME},
    };
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(long_mode), MACHINE_32);
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_EFER, EFER_LME));
    run->next_rip = run->rip;
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
        CHECK_EQUAL(run->reg[seL4_VCPUReg_RAX], i % 4);
        CHECK_EQUAL(run->cr0 & CR0_PG, wanted[i % 4].cr0);
        CHECK_EQUAL(run->cr4 & CR4_PAE, wanted[i % 4].cr4);
        CHECK_EQUAL(run->efer, wanted[i % 4].efer);
    }
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK_EQUAL(run->reg[seL4_VCPUReg_RAX], 4);
}

/* No handlers, no stack: a triple fault is the end of the guest alone. */
static void virt_shutdown(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_IDTRLimit, 0));
    run->event = 13 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid | seL4_VCPUEvent_Valid;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Shutdown);
}

static void virt_enter_without(void)
{
    MACHINE(m);
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    /*
     * Without its memory the guest cannot run; the thread's own copy of the capability goes, too.
     */
    CHECK_OK(seL4_CNode_Revoke(ROOT, m.root, DEPTH));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Invalid);
    CHECK_OK(seL4_CNode_Delete(ROOT, m.vcpu, DEPTH));
}

/* A port is the guest's as long as the capability that gave it lives. */
static void virt_ports(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    seL4_CPtr port = new_slot(), copy;
    CHECK_OK(seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, TEST_PORT, TEST_PORT + 1, ROOT,
                                          port, DEPTH));
    copy = copy_of(port);
    machine_load(&m, GUEST_ARGS(port), MACHINE_64);
    run->reg[seL4_VCPUReg_RDI] = TEST_PORT;
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_IO);
    CHECK(run->info >> 16 == TEST_PORT);

    /* Errors are told in message words, which are the guest's registers here. */
    struct seL4_VCPURun saved = *run;
    CHECK_EQUAL(seL4_X86_VCPU_EnableIOPort(m.vcpu, copy, TEST_PORT, TEST_PORT + 2),
                seL4_RangeError);
    CHECK_EQUAL(seL4_X86_VCPU_EnableIOPort(m.vcpu, copy, TEST_PORT - 1, TEST_PORT),
                seL4_RangeError);
    CHECK_EQUAL(seL4_X86_VCPU_EnableIOPort(m.vcpu, copy, TEST_PORT + 1, TEST_PORT),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_VCPU_EnableIOPort(m.vcpu, m.root, TEST_PORT, TEST_PORT),
                seL4_InvalidCapability);
    *run = saved;
    CHECK_OK(seL4_X86_VCPU_EnableIOPort(m.vcpu, copy, TEST_PORT, TEST_PORT));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);

    CHECK_OK(seL4_X86_VCPU_DisableIOPort(m.vcpu, TEST_PORT, TEST_PORT));
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_IO);
    CHECK_OK(seL4_X86_VCPU_EnableIOPort(m.vcpu, copy, TEST_PORT, TEST_PORT));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
    CHECK_OK(seL4_CNode_Delete(ROOT, copy, DEPTH));
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_IO);
    CHECK_OK(seL4_CNode_Delete(ROOT, port, DEPTH));
}

/* Memory that is taken away, moved, or comes back is so for the guest at once. */
static void virt_unmap(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    seL4_CPtr page[2] = {make(seL4_X86_4K, 0), make(seL4_X86_4K, 0)};
    for (unsigned i = 0; i < 2; i++) {
        seL4_CPtr copy = copy_of(page[i]);
        volatile uint64_t *p = map_frame(copy, 12);
        CHECK(p);
        *p = 0xaaaa + i;
        CHECK_OK(seL4_X86_Page_Unmap(copy));
        CHECK_OK(seL4_CNode_Delete(ROOT, copy, DEPTH));
    }
    machine_load(&m, GUEST_ARGS(look), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    CHECK(run->address == GUEST_FAR);
    for (unsigned i = 0; i < 6; i++) {
        seL4_CPtr now = page[i % 2];
        CHECK_OK(seL4_X86_Page_MapEPT(now, m.root, GUEST_FAR, seL4_AllRights,
                                      seL4_X86_EPT_Default_VMAttributes));
        CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
        CHECK(run->reg[seL4_VCPUReg_RBX] == 0xaaaa + i % 2);
        struct seL4_VCPURun saved = *run;
        CHECK_EQUAL(seL4_X86_Page_MapEPT(page[1 - i % 2], m.root, GUEST_FAR, seL4_AllRights,
                                         seL4_X86_EPT_Default_VMAttributes),
                    seL4_DeleteFirst);
        *run = saved;
        run->rip = GUEST_CODE;
        CHECK_OK(seL4_X86_Page_Unmap(now));
        CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    }
    /* The table goes, and with it what it held; the frame's capability notices nothing. */
    CHECK_OK(seL4_X86_Page_MapEPT(page[0], m.root, GUEST_FAR, seL4_AllRights,
                                  seL4_X86_EPT_Default_VMAttributes));
    CHECK_OK(seL4_X86_EPTPT_Unmap(m.pt));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    CHECK_OK(seL4_X86_EPTPT_Map(m.pt, m.root, GUEST_FAR, seL4_X86_EPT_Default_VMAttributes));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    CHECK_OK(seL4_CNode_Delete(ROOT, page[0], DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, page[1], DEPTH));
}

static void virt_map_errors(void)
{
    MACHINE(m);
    const seL4_X86_EPT_VMAttributes plain = seL4_X86_EPT_Default_VMAttributes;
    seL4_CPtr page = make(seL4_X86_4K, 0), pd = make(seL4_X86_EPTPDObject, 0);
    CHECK_EQUAL(seL4_X86_Page_MapEPT(page, m.pd, GUEST_FAR, seL4_AllRights, plain),
                seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_Page_MapEPT(page, m.root, GUEST_FAR + 8, seL4_AllRights, plain),
                seL4_AlignmentError);
    CHECK_EQUAL(seL4_X86_Page_MapEPT(page, m.root, BIT(40), seL4_AllRights, plain),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_MapEPT(page, m.root, 0x40000000, seL4_AllRights, plain),
                seL4_FailedLookup);
    CHECK_EQUAL(seL4_X86_Page_MapEPT(page, m.root, GUEST_FAR, seL4_AllRights, 3),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_MapEPT(page, m.root, GUEST_READ_ONLY, seL4_AllRights, plain),
                seL4_DeleteFirst);
    CHECK_OK(seL4_X86_Page_MapEPT(page, m.root, GUEST_FAR, seL4_AllRights, plain));
    CHECK_EQUAL(seL4_X86_Page_MapEPT(page, m.root, GUEST_FAR + 0x1000, seL4_AllRights, plain),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_EPTPD_Map(pd, m.root, 0, plain), seL4_DeleteFirst);
    CHECK_EQUAL(seL4_X86_EPTPD_Map(pd, m.root, BIT(39), plain), seL4_FailedLookup);
    CHECK_EQUAL(seL4_X86_EPTPD_Map(m.pd, m.root, BIT(30), plain), seL4_InvalidCapability);
    CHECK_OK(seL4_X86_EPTPD_Map(pd, m.root, BIT(30), plain));
    CHECK_OK(seL4_CNode_Delete(ROOT, pd, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, page, DEPTH));
}

struct monitor {
    struct machine m;
    struct thread thread;
    volatile seL4_Word result, badge, reason, returns;
};

/* A second monitor, whose guest runs until something happens to it. */
static void monitor_thread(seL4_Word argument, seL4_Word unused)
{
    struct monitor *monitor = (struct monitor *)argument;
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    (void)unused;
    *run = (struct seL4_VCPURun){.rip = GUEST_CODE, .rflags = 2};
    for (;;) {
        seL4_Word badge = 0;
        monitor->result = seL4_VMEnter(&badge);
        monitor->badge = badge;
        monitor->reason = run->reason;
        monitor->returns++;
        if (monitor->result != SEL4_VMENTER_RESULT_NOTIF)
            seL4_TCB_Suspend(monitor->thread.tcb);
    }
}

/* Starts it and waits until its guest is running; it has this thread's priority. */
static bool monitor_start(struct monitor *monitor)
{
    memset(monitor, 0, sizeof(*monitor));
    if (!machine_make(&monitor->m))
        return false;
    machine_load(&monitor->m, GUEST_ARGS(spin), MACHINE_64);
    if (!thread_make(&monitor->thread, monitor_thread, (seL4_Word)monitor, 0, TEST_PRIORITY, 0))
        return false;
    seL4_CPtr tcb = monitor->thread.tcb;
    if (seL4_X86_VCPU_SetTCB(monitor->m.vcpu, tcb) != seL4_NoError ||
        seL4_TCB_SetEPTRoot(tcb, monitor->m.root) != seL4_NoError ||
        seL4_TCB_Resume(tcb) != seL4_NoError)
        return false;
    while (*machine_word(&monitor->m, GUEST_DATA) < 100)
        seL4_Yield();
    return true;
}

static bool guest_moves(struct monitor *monitor)
{
    uint64_t count = *machine_word(&monitor->m, GUEST_DATA);
    for (int i = 0; i < 3; i++)
        seL4_Yield();
    return *machine_word(&monitor->m, GUEST_DATA) != count;
}

static struct monitor monitor;

static void virt_suspend_in_guest(void)
{
    NEEDS_GUESTS();
    CHECK(monitor_start(&monitor));
    CHECK(guest_moves(&monitor));
    CHECK_OK(seL4_TCB_Suspend(monitor.thread.tcb));
    CHECK(!guest_moves(&monitor) && monitor.returns == 0);
    CHECK_OK(seL4_TCB_Resume(monitor.thread.tcb));
    CHECK(guest_moves(&monitor));
    CHECK(monitor.returns == 1 && monitor.result == SEL4_VMENTER_RESULT_NOTIF);
    CHECK_EQUAL(monitor.badge, 0);
    CHECK_OK(seL4_CNode_Delete(ROOT, monitor.thread.tcb, DEPTH));
    CHECK(!guest_moves(&monitor));
    /* The VCPU is free for another thread, with the guest as it was. */
    CHECK_OK(seL4_X86_VCPU_SetTCB(monitor.m.vcpu, seL4_CapInitThreadTCB));
}

static void virt_delete_vcpu_in_guest(void)
{
    NEEDS_GUESTS();
    CHECK(monitor_start(&monitor));
    CHECK_OK(seL4_CNode_Delete(ROOT, monitor.m.vcpu, DEPTH));
    CHECK(!guest_moves(&monitor));
    CHECK(monitor.returns == 1 && monitor.result == SEL4_VMENTER_RESULT_FAULT);
    CHECK_EQUAL(monitor.reason, seL4_VCPUExit_Invalid);
}

static void virt_take_vcpu_in_guest(void)
{
    NEEDS_GUESTS();
    CHECK(monitor_start(&monitor));
    CHECK_OK(seL4_X86_VCPU_SetTCB(monitor.m.vcpu, seL4_CapInitThreadTCB));
    CHECK(!guest_moves(&monitor));
    CHECK(monitor.returns == 1 && monitor.reason == seL4_VCPUExit_Invalid);
}

static void virt_delete_root_in_guest(void)
{
    NEEDS_GUESTS();
    CHECK(monitor_start(&monitor));
    CHECK_OK(seL4_CNode_Revoke(ROOT, monitor.m.root, DEPTH));
    CHECK(!guest_moves(&monitor));
    CHECK(monitor.returns == 1 && monitor.reason == seL4_VCPUExit_Invalid);
}

/* Its memory goes: the next instruction cannot be fetched any more. */
static void virt_delete_memory_in_guest(void)
{
    NEEDS_GUESTS();
    CHECK(monitor_start(&monitor));
    CHECK_OK(seL4_X86_Page_Unmap(monitor.m.ram));
    CHECK(!guest_moves(&monitor));
    CHECK(monitor.returns == 1 && monitor.reason == seL4_VCPUExit_SecondLevelFault);
}

/* Everything at once, by taking back the memory of all these objects. */
static void virt_revoke_in_guest(void)
{
    NEEDS_GUESTS();
    CHECK(monitor_start(&monitor));
    CHECK_OK(seL4_CNode_Revoke(ROOT, test_arena(), DEPTH));
    for (int i = 0; i < 3; i++)
        seL4_Yield();
    CHECK_EQUAL(monitor.returns, 0);
}

TEST_GROUP(virt_safety_tests, TEST(virt_refused_state), TEST(virt_invalid_state),
           TEST(virt_long_mode), TEST(virt_shutdown), TEST(virt_enter_without), TEST(virt_ports),
           TEST(virt_unmap), TEST(virt_map_errors), TEST(virt_suspend_in_guest),
           TEST(virt_delete_vcpu_in_guest), TEST(virt_take_vcpu_in_guest),
           TEST(virt_delete_root_in_guest), TEST(virt_delete_memory_in_guest),
           TEST(virt_revoke_in_guest));
