/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VCPU object: its invocations, and the life of a thread that is inside of its guest.
 *
 * A thread enters its VCPU's guest with seL4_VMEnter() and is then in state THREAD_RUNNING_GUEST:
 * scheduled like any other, but resumed in the guest. It leaves when the guest stops, when its
 * bound notification is signalled, or when somebody suspends it or takes the VCPU away. Each time
 * the whole message is written, so the monitor always holds the guest's true registers.
 *
 * Rests on virt/vcpu.h only; nothing here knows the vendor.
 */
#include "virt/vcpu.h"

#include "api/invocation.h"
#include "object/irq.h"
#include "object/notification.h"
#include "object/object.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "state/vspace.h"
#include "virt/vcpu_hooks.h"

#include <stddef.h>

/* No root's: so a VCPU that never had one has not got it still. */
#define ROOT_EPOCH_NONE (~0ul)

/* --- The message --- */

static struct seL4_VCPURun *message(const struct tcb *t)
{
    uint64_t *buffer = tcb_ipc_buffer(t);
    return buffer ? (struct seL4_VCPURun *)(buffer + 1) : NULL; /* after the tag */
}

_Static_assert(sizeof(struct seL4_VCPURun) <= 120 * 8, "a message has 120 words");

static void leave(struct tcb *t, struct seL4_VCPURun *out, uint64_t result, uint64_t badge)
{
    virt_give_message(t->vcpu, out);
    CTX_INFO(&t->context) = result;
    CTX_CAP(&t->context) = badge;
    t->state = THREAD_RUNNING;
}

/* For a reason that the guest knows nothing of. */
static void leave_with_reason(struct tcb *t, uint64_t reason, uint64_t result, uint64_t badge)
{
    struct seL4_VCPURun *out = message(t);
    if (out) {
        out->reason = reason;
        out->info = out->address = out->next_rip = 0;
        leave(t, out, result, badge);
    } else {
        CTX_INFO(&t->context) = SEL4_VMENTER_RESULT_ERROR;
        CTX_CAP(&t->context) = badge;
        t->state = THREAD_RUNNING;
    }
}

static void leave_as_invalid(struct tcb *t)
{
    leave_with_reason(t, seL4_VCPUExit_Invalid, SEL4_VMENTER_RESULT_FAULT, 0);
}

void vcpu_leave_with_signal(struct tcb *t, uint64_t badge)
{
    leave_with_reason(t, seL4_VCPUExit_Notification, SEL4_VMENTER_RESULT_NOTIF, badge);
}

void vcpu_abort_guest(struct tcb *t)
{
    vcpu_leave_with_signal(t, 0);
}

/* --- Into the guest --- */

/*
 * The second-level tables that the guest runs on: those of the last time, with the TLB tag that it
 * had; or others, or some that lost translations since, with a new tag. False: there are none.
 */
static bool use_root(struct vcpu *v, const struct cap *root)
{
    uint64_t epoch = asid_epochs[cap_mapped_asid(*root)];
    if (cap_equal(&v->root, root) && v->root_epoch == epoch)
        return true;
    if (root->type != CAP_EPT_PML4 || !asid_is_valid(*root))
        return false;
    v->root = *root;
    v->root_epoch = epoch;
    v->asid_generation = 0;
    return true;
}

/* A guest has an FPU, whether its thread has one or not. */
static __attribute__((noinline)) bool run_with_fpu(struct vcpu *v, struct seL4_VCPURun *m)
{
    clts();
    bool left = virt_run(v, m);
    fpu_withhold();
    return left;
}

static void run_guest(struct tcb *t, struct seL4_VCPURun *m)
{
    if (!use_root(t->vcpu, &t->slots[TCB_EPT_ROOT].cap)) {
        leave_as_invalid(t);
    } else if (__builtin_expect(t->flags & seL4_TCBFlag_fpuDisabled, 0) ? run_with_fpu(t->vcpu, m)
                                                                        : virt_run(t->vcpu, m)) {
        leave(t, m, SEL4_VMENTER_RESULT_FAULT, 0);
    } else {
        irq_take_pending();
        sched_choose();
    }
}

void vcpu_resume_guest(struct tcb *t)
{
    struct seL4_VCPURun *m = message(t);
    if (m)
        run_guest(t, m);
    else
        leave_as_invalid(t);
}

void vcpu_enter_syscall(struct tcb *t)
{
    struct seL4_VCPURun *m = message(t);
    if (!m) {
        CTX_INFO(&t->context) = SEL4_VMENTER_RESULT_ERROR;
        CTX_CAP(&t->context) = 0;
        return;
    }
    virt_take_message(t->vcpu, m);
    uint64_t badge;
    if (t->notification && notification_take(t->notification, &badge)) {
        vcpu_leave_with_signal(t, badge);
    } else {
        /* Nothing has happened since it entered the kernel: it still is the one to run. */
        t->state = THREAD_RUNNING_GUEST;
        run_guest(t, m);
    }
}

/* --- Thread and VCPU --- */

static void separate(struct vcpu *v)
{
    struct tcb *t = v->thread;
    if (!t)
        return;
    if (t->state == THREAD_RUNNING_GUEST)
        leave_as_invalid(t);
    t->vcpu = NULL;
    v->thread = NULL;
}

void vcpu_thread_gone(struct tcb *t)
{
    if (t->vcpu)
        separate(t->vcpu);
}

static int set_tcb(struct invocation *inv, struct vcpu *v)
{
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;
    struct cap thread = inv->extra[0]->cap;
    if (thread.type != CAP_THREAD)
        return error_capability(1);
    struct tcb *t = cap_object(thread);
    separate(v);
    if (t->vcpu)
        separate(t->vcpu);
    v->thread = t;
    t->vcpu = v;
    return 0;
}

/* --- Permissions --- */

static int check_ports(struct invocation *inv)
{
    if (!invocation_has(inv, 2, 0))
        return seL4_TruncatedMessage;
    if (invocation_arg(inv, 0) > invocation_arg(inv, 1))
        return error_argument(1);
    if (invocation_arg(inv, 1) > 0xffff)
        return error_range(0, 0xffff);
    return 0;
}

/* Its place in v->ports: the one that it has, or a free one; VCPU_PORT_CAPS if there is none. */
static unsigned find_place(const struct vcpu *v, struct cap ioport)
{
    if (cap_ioport_vcpu(ioport))
        return cap_ioport_place(ioport);
    unsigned place = 0;
    while (place < VCPU_PORT_CAPS && v->ports[place])
        place++;
    return place;
}

static int enable_ports(struct invocation *inv, struct vcpu *v)
{
    int error = check_ports(inv) ?: invocation_has(inv, 2, 1) ? 0 : seL4_TruncatedMessage;
    if (error)
        return error;
    struct slot *slot = inv->extra[0];
    if (slot->cap.type != CAP_IOPORT)
        return error_capability(1);
    unsigned first = invocation_arg(inv, 0), last = invocation_arg(inv, 1);
    if (first < cap_ioport_first(slot->cap) || last > cap_ioport_last(slot->cap))
        return error_range(cap_ioport_first(slot->cap), cap_ioport_last(slot->cap));
    if (cap_ioport_vcpu(slot->cap) && cap_ioport_vcpu(slot->cap) != v)
        return seL4_IllegalOperation; /* one capability serves one VCPU: take a copy */
    unsigned place = find_place(v, slot->cap);
    if (place == VCPU_PORT_CAPS)
        return error_memory(0);
    v->ports[place] = slot;
    cap_ioport_set_vcpu(&slot->cap, v, place);
    virt_allow_ports(v, first, last, true);
    return 0;
}

static int disable_ports(struct invocation *inv, struct vcpu *v)
{
    int error = check_ports(inv);
    if (error)
        return error;
    virt_allow_ports(v, invocation_arg(inv, 0), invocation_arg(inv, 1), false);
    return 0;
}

void vcpu_ioport_gone(const struct slot *ioport)
{
    struct cap cap = ioport->cap;
    struct vcpu *v = cap_ioport_vcpu(cap);
    if (!v)
        return;
    v->ports[cap_ioport_place(cap)] = NULL;
    virt_allow_ports(v, cap_ioport_first(cap), cap_ioport_last(cap), false);
}

void vcpu_ioport_moved(struct slot *ioport)
{
    struct vcpu *v = cap_ioport_vcpu(ioport->cap);
    if (v)
        v->ports[cap_ioport_place(ioport->cap)] = ioport;
}

static int allow_msr(struct invocation *inv, struct vcpu *v, bool allow)
{
    if (!invocation_has(inv, 1, 0))
        return seL4_TruncatedMessage;
    return virt_allow_msr(v, invocation_arg(inv, 0), allow) ? error_argument(1) : 0;
}

/* --- State --- */

static int read_state(struct invocation *inv, struct vcpu *v)
{
    uint64_t value;
    if (!invocation_has(inv, 1, 0))
        return seL4_TruncatedMessage;
    int error = virt_read_state(v, invocation_arg(inv, 0), &value);
    if (error)
        return error;
    invocation_reply(inv, 0, value);
    return 0;
}

static int write_state(struct invocation *inv, struct vcpu *v)
{
    if (!invocation_has(inv, 2, 0))
        return seL4_TruncatedMessage;
    return virt_write_state(v, invocation_arg(inv, 0), invocation_arg(inv, 1));
}

/* --- The object --- */

/* At the first invocation: Retype gives zeroes, and is quick. */
static void vcpu_init(struct vcpu *v)
{
    v->initialised = true;
    v->root_epoch = ROOT_EPOCH_NONE;
    virt_create(v);
}

static int vcpu_invoke(struct invocation *inv)
{
    struct vcpu *v = cap_object(inv->cap);
    if (!v->initialised)
        vcpu_init(v);
    switch (inv->label) {
    case X86VCPUSetTCB:
        return set_tcb(inv, v);
    case X86VCPUReadState:
        return read_state(inv, v);
    case X86VCPUWriteState:
        return write_state(inv, v);
    case X86VCPUEnableIOPort:
        return enable_ports(inv, v);
    case X86VCPUDisableIOPort:
        return disable_ports(inv, v);
    case X86VCPUEnableMSR:
        return allow_msr(inv, v, true);
    case X86VCPUDisableMSR:
        return allow_msr(inv, v, false);
    default:
        return seL4_IllegalOperation;
    }
}

int vcpu_check(void)
{
    return virt_available() ? 0 : seL4_IllegalOperation;
}

static void vcpu_finalise(struct slot *slot, bool final)
{
    struct vcpu *v = cap_object(slot->cap);
    if (!final)
        return;
    separate(v);
    for (unsigned i = 0; i < VCPU_PORT_CAPS; i++)
        if (v->ports[i])
            cap_ioport_set_vcpu(&v->ports[i]->cap, NULL, 0);
}

const struct cap_ops vcpu_ops = {
    .name = "VCPU",
    .size_bits = seL4_X86_VCPUBits,
    .finalise = vcpu_finalise,
    .invoke = vcpu_invoke,
};
