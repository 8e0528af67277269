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

static void endpoint_finalise(struct slot *slot, bool final)
{
    if (final)
        wait_cancel_all(&((struct endpoint *)cap_object(slot->cap))->queue);
}

const struct cap_ops endpoint_ops = {
    .name = "endpoint",
    .size_bits = seL4_EndpointBits,
    .finalise = endpoint_finalise,
    .invoke = endpoint_invoke,
};
