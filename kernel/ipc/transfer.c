/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What travels: message words, badges and capabilities.
 */
#include "api/invocation.h"
#include "ipc/ipc.h"
#include "object/cnode.h"
#include "object/lookup.h"
#include "object/object.h"
#include <base/string.h>
#include <sel4/messages.h>

bool ipc_lookup_extra_caps(struct tcb *t, struct slot **caps, unsigned *count, uint64_t *bad)
{
    unsigned wanted = message_extra_caps(CTX_INFO(&t->context));
    const uint64_t *buffer = tcb_ipc_buffer(t);

    *count = 0;
    if (!wanted || !buffer)
        return true;
    for (unsigned i = 0; i < wanted; i++) {
        uint64_t cptr = buffer[seL4_IPCBuffer_CapsWord + i];
        caps[i] = lookup_slot(t, cptr);
        if (!caps[i]) {
            *bad = cptr;
            return false;
        }
    }
    *count = wanted;
    return true;
}

/* The one slot that the receiver offers, if it is empty. */
static struct slot *receive_slot(struct tcb *t, const uint64_t *buffer)
{
    const uint64_t *path = &buffer[seL4_IPCBuffer_ReceiveWord];
    struct slot *slot;
    struct slot *root = lookup_slot(t, path[0]);
    return root && !lookup_empty_slot(root->cap, path[1], path[2], &slot) ? slot : NULL;
}

/*
 * Hands over the sender's capabilities: those for the very endpoint the message goes through arrive
 * as their badges; the first other one goes into the receiver's slot, and that ends it. Returns the
 * fields of the message info that tell the receiver.
 */
static uint64_t transfer_caps(struct tcb *from, struct tcb *to, struct endpoint *ep)
{
    struct slot *caps[INVOCATION_EXTRA_CAPS];
    uint64_t *buffer = tcb_ipc_buffer(to);
    uint64_t bad, unwrapped = 0;
    unsigned count, i;
    bool placed = false;

    if (!buffer || !ipc_lookup_extra_caps(from, caps, &count, &bad) || !count)
        return 0;
    for (i = 0; i < count; i++) {
        struct cap cap = caps[i]->cap;
        if (ep && cap.type == CAP_ENDPOINT && cap_object(cap) == ep) {
            buffer[seL4_IPCBuffer_CapsWord + i] = cap_badge(cap);
            unwrapped |= BIT(i);
            continue;
        }
        struct slot *dest = placed ? NULL : receive_slot(to, buffer);
        if (!dest || cap_derive(caps[i], &cap))
            break;
        slot_insert(dest, cap, caps[i]);
        placed = true;
    }
    return unwrapped << 9 | (uint64_t)i << 7;
}

/* The words beyond the registers; returns the length that arrives. */
static unsigned transfer_buffer(const struct tcb *from, struct tcb *to, uint64_t info)
{
    const uint64_t *out = tcb_ipc_buffer(from);
    uint64_t *in = tcb_ipc_buffer(to);
    unsigned length = message_length(info, in ? out : NULL);
    if (length > MESSAGE_REGISTERS)
        memcpy(&in[seL4_IPCBuffer_MsgWord + MESSAGE_REGISTERS],
               &out[seL4_IPCBuffer_MsgWord + MESSAGE_REGISTERS],
               (length - MESSAGE_REGISTERS) * sizeof(*in));
    return length;
}

void ipc_transfer(struct tcb *from, struct tcb *to, struct endpoint *ep, uint64_t badge, bool grant)
{
    const struct user_context *src = &from->context;
    struct user_context *dst = &to->context;
    uint64_t info = CTX_INFO(src), caps = 0;
    unsigned length = info & MESSAGE_INFO_LENGTH;

    message_copy_registers(from, to, length);
    if (length > MESSAGE_REGISTERS)
        length = transfer_buffer(from, to, info);
    if (grant && info & MESSAGE_INFO_EXTRA_CAPS)
        caps = transfer_caps(from, to, ep);
    CTX_INFO(dst) = message_info(message_label(info), length) | caps;
    CTX_CAP(dst) = badge;
}
