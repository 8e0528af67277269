/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Latency while threads talk, fault and are worked on, while guests exit, and where a deletion was
 * left half done.
 */
#include "latency.h"
#include "virt_machine.h"

#define BATCH      64 /* short operations at a time */
#define LARGE_BITS 12
#define PORTS      64 /* as many as a VCPU takes */
#define HOLE_SIZE  7  /* of the guest's instruction that reaches into a hole */

GUEST(exit_forever);
GUEST(spin);

static struct machine machine;
static struct thread helper;
static seL4_UserContext helper_start;

/* --- Guests --- */

static bool do_exits(void)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    for (unsigned i = 0; i < BATCH; i++) {
        if (seL4_VMEnter(NULL) != SEL4_VMENTER_RESULT_FAULT)
            return false;
        bool hole = run->reason == seL4_VCPUExit_SecondLevelFault;
        run->rip = hole ? run->rip + HOLE_SIZE : machine_next_rip();
    }
    return true;
}

/* It comes back when the watcher has signalled. */
static bool do_spin(void)
{
    return seL4_VMEnter(NULL) == SEL4_VMENTER_RESULT_NOTIF;
}

/* With a new tag for the TLB at each entry. */
static bool do_unmaps(void)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    for (unsigned i = 0; i < BATCH; i++) {
        struct seL4_VCPURun saved = *run;
        if (seL4_X86_Page_Unmap(machine.read_only) ||
            seL4_X86_Page_MapEPT(machine.read_only, machine.root, GUEST_READ_ONLY, seL4_CanRead,
                                 seL4_X86_EPT_Default_VMAttributes))
            return false;
        *run = saved;
        if (!do_exits())
            return false;
    }
    return true;
}

/* The first invocation makes it; it gets all the ports it can. */
static bool do_vcpu(void)
{
    seL4_CPtr vcpu = slots, port = slots + 1;
    if (seL4_Untyped_Retype(memory, seL4_X86_VCPUObject, 0, ROOT, 0, 0, vcpu, 1) ||
        seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, 0x100, 0xffff, ROOT, port, DEPTH))
        return false;
    for (unsigned i = 1; i <= PORTS; i++)
        if (seL4_CNode_Copy(ROOT, port + i, DEPTH, ROOT, port, DEPTH, seL4_AllRights) ||
            seL4_X86_VCPU_EnableIOPort(vcpu, port + i, 0x100, 0xffff))
            return false;
    return seL4_CNode_Revoke(ROOT, port, DEPTH) == seL4_NoError &&
           seL4_X86_VCPU_EnableIOPort(vcpu, port, 0x100, 0xffff) == seL4_NoError &&
           seL4_CNode_Delete(ROOT, vcpu, DEPTH) == seL4_NoError &&
           seL4_CNode_Delete(ROOT, port, DEPTH) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

static bool measure_guests(void)
{
    if (!machine_possible())
        return true;
    if (!machine_make(&machine))
        return false;
    machine_load(&machine, GUEST_ARGS(exit_forever), MACHINE_64);
    bool good = latency_measure("VMEnter: every kind of exit", do_exits);
    good &= latency_measure("VMEnter: the same, its memory unmapped", do_unmaps);
    machine_load(&machine, GUEST_ARGS(spin), MACHINE_64);
    if (seL4_TCB_BindNotification(seL4_CapInitThreadTCB, latency_ticks()))
        return false;
    good &= latency_measure("VMEnter: a guest that does not exit", do_spin);
    if (seL4_TCB_UnbindNotification(seL4_CapInitThreadTCB))
        return false;
    return latency_measure("VCPU: made, 64 times all ports, Delete", do_vcpu) && good;
}

/* --- Messages --- */

#define RECEIVED (slots + LATENCY_SLOTS - 1)

/* Answers with all that it got, a capability included. */
static void serve(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    seL4_SetCapReceivePath(ROOT, RECEIVED, DEPTH);
    seL4_Recv(ep, 0);
    for (;;) {
        seL4_SetCap(0, RECEIVED);
        seL4_ReplyRecv(ep, seL4_MessageInfo_new(0, 0, 1, seL4_MsgMaxLength), 0);
    }
}

static seL4_CPtr served;

static bool do_long_calls(void)
{
    seL4_SetCapReceivePath(ROOT, slots, DEPTH);
    for (unsigned i = 0; i < BATCH; i++) {
        for (unsigned cap = 0; cap < 3; cap++)
            seL4_SetCap((int)cap, cap < 2 ? served : latency_ticks()); /* two as badges */
        seL4_MessageInfo_t info =
            seL4_Call(served, seL4_MessageInfo_new(0, 0, 3, seL4_MsgMaxLength));
        if (seL4_MessageInfo_get_length(info) != seL4_MsgMaxLength ||
            seL4_CNode_Delete(ROOT, slots, DEPTH) || seL4_CNode_Delete(ROOT, RECEIVED, DEPTH))
            return false;
    }
    return true;
}

/* A CNode that leads to itself, so that each address takes 64 steps. */
static bool do_long_lookups(void)
{
    seL4_CPtr loop = slots;
    if (seL4_Untyped_Retype(memory, seL4_CapTableObject, 1, ROOT, 0, 0, loop, 1) ||
        seL4_CNode_Copy(loop, 0, 1, ROOT, loop, DEPTH, seL4_AllRights) ||
        seL4_CNode_Copy(loop, 1, 1, ROOT, loop, DEPTH, seL4_AllRights))
        return false;
    for (unsigned i = 0; i < BATCH; i++)
        seL4_CNode_Rotate(loop, 0, DEPTH, 0, loop, 1, DEPTH, 0, loop, i & 1, DEPTH);
    return seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

/* --- Threads --- */

static bool do_registers(void)
{
    seL4_UserContext regs;
    for (unsigned i = 0; i < BATCH; i++) {
        if (seL4_TCB_CopyRegisters(helper.tcb, seL4_CapInitThreadTCB, false, false, true, true,
                                   0) ||
            seL4_TCB_ReadRegisters(helper.tcb, false, 0, seL4_UserContext_Words, &regs) ||
            seL4_TCB_WriteRegisters(helper.tcb, false, 0, seL4_UserContext_Words, &regs) ||
            seL4_TCB_Configure(helper.tcb, 0, ROOT, 0, seL4_CapInitThreadVSpace, 0,
                               (seL4_Word)helper.buffer, helper.frame) ||
            seL4_TCB_SetSchedParams(helper.tcb, seL4_CapInitThreadTCB, LOWER, LOWER))
            return false;
        seL4_TCB_SetFlags(helper.tcb, 0, seL4_TCBFlag_fpuDisabled);
        seL4_TCB_SetFlags(helper.tcb, seL4_TCBFlag_fpuDisabled, 0);
    }
    return true;
}

__attribute__((naked)) static void undefined_forever(void)
{
    __asm__("ud2");
}

/* Without a handler: the kernel says so. */
static bool do_faults(void)
{
    seL4_UserContext regs = {.rip = (seL4_Word)undefined_forever};
    return seL4_TCB_SetPriority(helper.tcb, seL4_CapInitThreadTCB, HIGHER) == seL4_NoError &&
           seL4_TCB_WriteRegisters(helper.tcb, true, 0, seL4_UserContext_Words, &regs) ==
               seL4_NoError &&
           seL4_TCB_SetPriority(helper.tcb, seL4_CapInitThreadTCB, LOWER) == seL4_NoError;
}

/* --- A deletion that is abandoned --- */

static void delete_box(seL4_Word box, seL4_Word unused)
{
    (void)unused;
    seL4_CNode_Delete(ROOT, box, DEPTH);
}

/*
 * A thread below is stopped for good in the middle of deleting a large CNode, in which another one
 * holds itself. Others delete what is theirs, and then what it left.
 */
static bool do_abandoned(void)
{
    seL4_CPtr box = slots, inner = slots + 1, mine = slots + 2;
    if (seL4_Untyped_Retype(memory, seL4_CapTableObject, LARGE_BITS, ROOT, 0, 0, box, 2) ||
        seL4_Untyped_Retype(memory, seL4_EndpointObject, 0, ROOT, 0, 0, mine, 1))
        return false;
    for (seL4_Word i = 0; i < BIT(LARGE_BITS); i++)
        if (seL4_CNode_Copy(box, i, LARGE_BITS, ROOT, source, DEPTH, seL4_AllRights) ||
            seL4_CNode_Copy(inner, i, LARGE_BITS, ROOT, i == 5 ? inner : source, DEPTH,
                            seL4_AllRights))
            return false;
    if (seL4_CNode_Delete(box, BIT(LARGE_BITS) - 1, LARGE_BITS) ||
        seL4_CNode_Move(box, BIT(LARGE_BITS) - 1, LARGE_BITS, ROOT, inner, DEPTH) ||
        seL4_TCB_WriteRegisters(helper.tcb, true, 0, seL4_UserContext_Words, &helper_start))
        return false;
    latency_wait();
    if (seL4_TCB_Suspend(helper.tcb) || slot_is_empty(box))
        return false;
    return seL4_CNode_Delete(ROOT, mine, DEPTH) == seL4_NoError &&
           seL4_CNode_Delete(ROOT, box, DEPTH) == seL4_NoError &&
           seL4_CNode_Revoke(ROOT, memory, DEPTH) == seL4_NoError;
}

bool latency_of_work(void)
{
    static const struct latency_row rows[] = {
        {"Call: 120 words, 3 capabilities, both ways", do_long_calls},
        {"CNode_Rotate: 3 addresses of 64 levels", do_long_lookups},
        {"TCB: registers copied, read, written, flags", do_registers},
        {"a fault without a handler", do_faults},
        {"Delete: what a stopped thread left half done", do_abandoned},
    };
    struct thread server;
    served = mint(source, seL4_AllRights, 1);
    if (!thread_start(&server, serve, source, 0, HIGHER) ||
        !thread_make(&helper, delete_box, slots, 0, LOWER, 0) ||
        seL4_TCB_ReadRegisters(helper.tcb, false, 0, seL4_UserContext_Words, &helper_start))
        return false;
    bool good = latency_rows(rows, ARRAY_SIZE(rows));
    return measure_guests() && good;
}
