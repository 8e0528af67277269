/* SPDX-License-Identifier: BSD-2-Clause */
#include "rpc_private.h"

static __thread seL4_Word current_sender;

seL4_Word camkes_rpc_sender(void)
{
    return current_sender;
}

static seL4_MessageInfo_t serve_one(const struct camkes_end *end, seL4_MessageInfo_t info,
                                    seL4_Word badge)
{
    struct camkes_rpc rpc = {.end = end, .badge = badge};
    rpc.method = camkes_rpc_unpack(&rpc, info);
    current_sender = badge;
    if (rpc.error == 0) {
        if (rpc.method < end->procedure->method_count)
            end->procedure->methods[rpc.method](&rpc);
        else
            rpc.error = -ENOSYS;
    }
    if (rpc.error != 0) {
        camkes_rpc_report(&rpc);
        return seL4_MessageInfo_new((seL4_Word)-rpc.error, 0, 0, 0);
    }
    return camkes_rpc_pack(&rpc, 0);
}

void camkes_rpc_serve(const struct camkes_end *end)
{
    const struct camkes_rpc_state *state = *end->state;
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(state->endpoint, &badge);
    for (;;)
        info = seL4_ReplyRecv(state->endpoint, serve_one(end, info, badge), &badge);
}
