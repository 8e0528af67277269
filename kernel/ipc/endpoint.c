/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipc/endpoint.h"
#include "api/invocation.h"
#include "ipc/ipc.h"
#include "object/object.h"

#include <sel4/constants.h>

static int endpoint_invoke(struct invocation *inv)
{
    struct cap cap = inv->cap;
    if (!(cap_rights(cap) & CAP_RIGHT_WRITE))
        return error_capability(0);
    ipc_send(inv->caller, cap_object(cap), ipc_send_by(cap, inv->blocking, inv->is_call));
    inv->no_reply = true;
    return 0;
}

/* Who is sent away finds no way back: the capability has no rights any more. */
static bool endpoint_drain(struct slot *slot)
{
    cap_mask(&slot->cap, 0);
    return wait_cancel_some(&((struct endpoint *)cap_object(slot->cap))->queue);
}

const struct cap_ops endpoint_ops = {
    .name = "endpoint",
    .size_bits = seL4_EndpointBits,
    .drain = endpoint_drain,
    .invoke = endpoint_invoke,
};
