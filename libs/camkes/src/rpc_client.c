/* SPDX-License-Identifier: BSD-2-Clause */
#include "rpc_private.h"

int camkes_rpc_from_call(const struct camkes_end *end, struct camkes_rpc *rpc)
{
    const struct camkes_rpc_state *state = *end->state;
    seL4_Word error =
        camkes_rpc_unpack(rpc, seL4_Call(state->endpoint, camkes_rpc_pack(rpc, rpc->method)));
    if (rpc->error != 0)
        return rpc->error;
    return error <= CAMKES_LABEL_VALUE ? -(int)error : -EBADMSG;
}
