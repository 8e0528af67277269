/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4RPCDataport
 * Calls over an endpoint, and memory that client and server share for bulk data: <if>_buf. A
 * message of more than 960 bytes travels at the start of that memory.
 */
#include "../camkes_private.h"

const struct camkes_connector camkes_connector_rpc_dataport = {
    .name = "seL4RPCDataport",
    .spills = true,
    .init = camkes_rpc_init,
    .thread = camkes_rpc_serve,
    .rpc_call = camkes_rpc_from_call,
};
