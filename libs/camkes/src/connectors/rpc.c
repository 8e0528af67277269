/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4RPCCall
 * Calls over an endpoint. Arguments and results are at most 960 bytes.
 */
#include "../camkes_private.h"

const struct camkes_connector camkes_connector_rpc = {
    .name = "seL4RPCCall",
    .init = camkes_rpc_init,
    .thread = camkes_rpc_serve,
    .rpc_call = camkes_rpc_from_call,
};
