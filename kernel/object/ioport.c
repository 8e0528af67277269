/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports. User programs have no direct access to them: each access is an invocation on a
 * capability for a range of ports, made by IOPortControl. A range belongs to one capability and its
 * copies at a time.
 */
#include "api/invocation.h"
#include "cpu/x86.h"
#include "object/lookup.h"
#include "object/object.h"
#include "virt/vcpu_hooks.h"

#include <base/bitmap.h>

#define PORT_COUNT   0x10000
/* Two bitmaps of so many are filled in a step of a thousand instructions. */
#define PORTS_A_STEP 0x4000

static uint64_t issued[PORT_COUNT / 64];

/* first_port, last_port, index, depth; root */
static int control_invoke(struct invocation *inv)
{
    if (inv->label != X86IOPortControlIssue)
        return seL4_IllegalOperation;
    if (!invocation_has(inv, 4, 1))
        return seL4_TruncatedMessage;
    uint64_t first = invocation_arg(inv, 0), last = invocation_arg(inv, 1);
    if (first >= PORT_COUNT)
        return error_range(0, PORT_COUNT - 1);
    if (last < first || last >= PORT_COUNT)
        return error_argument(1);
    if (bitmap_any(issued, (unsigned)first, (unsigned)last))
        return seL4_RevokeFirst;

    struct slot *dest;
    int error = lookup_empty_argument(inv, inv->extra[0]->cap, 2, &dest);
    if (error)
        return error;
    bitmap_fill(issued, (unsigned)first, (unsigned)last, true);
    slot_insert_original(dest, cap_ioport((unsigned)first, (unsigned)last), inv->slot);
    return 0;
}

/* Port [, value]; `bytes` wide. Every byte of the access must lie in the range. */
static int check_access(const struct invocation *inv, unsigned bytes, unsigned words)
{
    if (!invocation_has(inv, words, 0))
        return seL4_TruncatedMessage;
    uint64_t port = invocation_arg(inv, 0);
    unsigned first = cap_ioport_first(inv->cap), last = cap_ioport_last(inv->cap);
    if (port < first || port > last || last - port < bytes - 1)
        return error_range(first, last);
    return 0;
}

static int port_in(struct invocation *inv, unsigned bytes)
{
    int error = check_access(inv, bytes, 1);
    if (error)
        return error;
    uint16_t port = (uint16_t)invocation_arg(inv, 0);
    invocation_reply(inv, 0, bytes == 1 ? in8(port) : bytes == 2 ? in16(port) : in32(port));
    return 0;
}

static int port_out(struct invocation *inv, unsigned bytes)
{
    int error = check_access(inv, bytes, 2);
    if (error)
        return error;
    uint16_t port = (uint16_t)invocation_arg(inv, 0);
    uint64_t value = invocation_arg(inv, 1);
    if (bytes == 1)
        out8(port, (uint8_t)value);
    else if (bytes == 2)
        out16(port, (uint16_t)value);
    else
        out32(port, (uint32_t)value);
    return 0;
}

static int port_invoke(struct invocation *inv)
{
    switch (inv->label) {
    case X86IOPortIn8:
        return port_in(inv, 1);
    case X86IOPortIn16:
        return port_in(inv, 2);
    case X86IOPortIn32:
        return port_in(inv, 4);
    case X86IOPortOut8:
        return port_out(inv, 1);
    case X86IOPortOut16:
        return port_out(inv, 2);
    case X86IOPortOut32:
        return port_out(inv, 4);
    default:
        return seL4_IllegalOperation;
    }
}

/* One capability serves one VCPU. */
static int port_derive(const struct slot *slot, struct cap *cap)
{
    (void)slot;
    cap_ioport_set_vcpu(cap, NULL, 0);
    return 0;
}

static void port_finalise(struct slot *slot, bool final)
{
    unsigned first = cap_ioport_first(slot->cap), last = cap_ioport_last(slot->cap);
    vcpu_ioport_gone(slot);
    if (final)
        bitmap_fill(issued, first, last, false);
    preemption_count((last - first) / PORTS_A_STEP);
}

const struct cap_ops ioport_control_ops = {
    .name = "IOPortControl",
    .derive = derive_never,
    .same_object = same_always,
    .invoke = control_invoke,
};

const struct cap_ops ioport_ops = {
    .name = "IOPort",
    .derive = port_derive,
    .finalise = port_finalise,
    .same_object = cap_ioport_same,
    .invoke = port_invoke,
};
