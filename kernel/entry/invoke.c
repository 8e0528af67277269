/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations: from the caller's registers to the object, and the answer back. Errors carry details
 * in the message registers as the seL4 reference manual, chapter 10.1, defines.
 */
#include "entry/entry.h"
#include "api/invocation.h"
#include "ipc/ipc.h"
#include "object/lookup.h"
#include "object/object.h"
#include "object/tcb.h"

/* --- the answer --- */
static void finish(struct tcb *t, uint64_t label, unsigned length)
{
    CTX_CAP(&t->context) = 0;
    CTX_INFO(&t->context) = message_info(label, length);
}

static unsigned put_lookup_failure(struct tcb *t, unsigned at)
{
    const struct api_error *e = &this_core()->error;
    message_put_word(t, at++, e->lookup);
    switch (e->lookup) {
    case seL4_MissingCapability:
        message_put_word(t, at++, e->bits_left);
        break;
    case seL4_DepthMismatch:
        message_put_word(t, at++, e->bits_left);
        message_put_word(t, at++, e->bits_found);
        break;
    case seL4_GuardMismatch:
        message_put_word(t, at++, e->bits_left);
        message_put_word(t, at++, e->guard_found);
        message_put_word(t, at++, e->bits_found);
        break;
    }
    return at;
}

static void finish_error(struct tcb *t, int error)
{
    const struct api_error *e = &this_core()->error;
    unsigned length = 0;

    switch (error) {
    case seL4_RangeError:
        message_put_word(t, 1, e->word[1]);
        length = 1;
        __attribute__((fallthrough));
    case seL4_InvalidArgument:
    case seL4_InvalidCapability:
    case seL4_NotEnoughMemory:
        message_put_word(t, 0, e->word[0]);
        length++;
        break;
    case seL4_FailedLookup:
        message_put_word(t, 0, e->source_lookup);
        length = put_lookup_failure(t, 1);
        break;
    }
    finish(t, (uint64_t)error, length);
}

/* --- the call --- */
static int invoke(struct invocation *inv)
{
    const struct cap_ops *ops = cap_ops[inv->cap.type];
    if (!ops->invoke)
        return error_capability(0);
    return ops->invoke(inv);
}

void syscall_invoke(struct tcb *t, uint64_t cptr, uint64_t info, bool blocking, bool call)
{
    struct slot *slot = lookup_slot(t, cptr);
    if (!slot) {
        if (blocking)
            fault_raise_cap(t, cptr, false);
        return;
    }

    const uint64_t *buffer = tcb_ipc_buffer(t);
    /* Field by field: the array of extra capabilities need not be cleared. */
    struct invocation inv;
    inv.caller = t;
    inv.slot = slot;
    inv.cap = slot->cap;
    inv.label = message_label(info);
    inv.length = message_length(info, buffer);
    inv.buffer = buffer;
    inv.extra_count = 0;
    inv.blocking = blocking;
    inv.is_call = call;
    inv.no_reply = false;
    inv.reply_length = 0;
    uint64_t bad;
    if (info & MESSAGE_INFO_EXTRA_CAPS &&
        !ipc_lookup_extra_caps(t, inv.extra, &inv.extra_count, &bad)) {
        if (blocking)
            fault_raise_cap(t, bad, false);
        return;
    }

    int status = invoke(&inv);
    if (status == KERNEL_PREEMPTED) {
        /* Interrupts come first; then the whole system call is done again. */
        tcb_rewind_syscall(t);
    } else if (call && status) {
        finish_error(t, status);
    } else if (call && !inv.no_reply) {
        finish(t, 0, inv.reply_length);
    }
}
