/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4RPCNoThreads, seL4RPCDataportNoThreads
 * Calls that no thread of their own serves: the control thread does, for all such interfaces of the
 * instance on one endpoint, after run() has returned (or where run() calls camkes_serve()). So what
 * they share needs no locks. The upper half of a client's badge says which interface it calls.
 */
#include "../camkes_private.h"

static bool handle(const struct camkes_end *end, seL4_MessageInfo_t *info, seL4_Word badge,
                   bool *answer)
{
    if (end->side != CAMKES_TO || !camkes_find_client(end, badge))
        return false;
    *answer = camkes_rpc_serve_one(end, info, badge);
    return true;
}

const struct camkes_connector camkes_connector_rpc_no_threads = {
    .name = "seL4RPCNoThreads",
    .init = camkes_rpc_init,
    .rpc_call = camkes_rpc_from_call,
    .handle = handle,
};

const struct camkes_connector camkes_connector_rpc_dataport_no_threads = {
    .name = "seL4RPCDataportNoThreads",
    .spills = true,
    .init = camkes_rpc_init,
    .rpc_call = camkes_rpc_from_call,
    .handle = handle,
};
