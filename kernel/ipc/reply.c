/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reply capabilities: made by a call, used up by the answer. There is never more than one for a
 * thread; the thread knows its slot (tcb.reply_slot), so it stands in no derivation list.
 */
#include "api/invocation.h"
#include "ipc/ipc.h"
#include "object/object.h"

static void reply_finalise(struct slot *slot, bool is_final)
{
    (void)is_final;
    ((struct tcb *)cap_object(slot->cap))->reply_slot = NULL;
}

static int reply_invoke(struct invocation *inv)
{
    ipc_reply(inv->caller, inv->slot);
    inv->no_reply = true;
    return 0;
}

const struct cap_ops reply_ops = {
    .name = "reply",
    .derive = derive_never, /* the promise to answer once cannot be doubled */
    .finalise = reply_finalise,
    .invoke = reply_invoke,
};
