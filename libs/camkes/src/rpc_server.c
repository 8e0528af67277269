/* SPDX-License-Identifier: BSD-2-Clause */
#include "rpc_private.h"

#include <errno.h>

static __thread seL4_Word current_sender;
static __thread bool caller_kept;

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
    if (badge == 0)
        rpc.error = -EACCES; /* it could have given itself any other client's */
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

int camkes_rpc_keep_caller(unsigned number)
{
    const struct camkes_instance *in = &camkes_instance;
    if (number >= in->kept_callers)
        return -ENOSPC;
    if (seL4_CNode_SaveCaller(in->cnode, in->kept_slot + number, seL4_WordBits))
        return -EBUSY;
    caller_kept = true;
    return 0;
}

void camkes_rpc_answer(unsigned number)
{
    seL4_Send(camkes_instance.kept_slot + number, seL4_MessageInfo_new(0, 0, 0, 0));
}

bool camkes_rpc_serve_one(const struct camkes_end *end, seL4_MessageInfo_t *info, seL4_Word badge)
{
    *info = serve_one(end, *info, badge);
    bool answer = !caller_kept;
    caller_kept = false;
    return answer;
}

void camkes_rpc_serve(const struct camkes_end *end)
{
    const struct camkes_rpc_state *state = *end->state;
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(state->endpoint, &badge);
    for (;;) {
        bool answer = camkes_rpc_serve_one(end, &info, badge);
        info = answer ? seL4_ReplyRecv(state->endpoint, info, &badge)
                      : seL4_Recv(state->endpoint, &badge);
    }
}
