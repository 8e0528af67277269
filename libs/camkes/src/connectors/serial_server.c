/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4SerialServer
 * Console input: the characters travel in shared memory, the server signals its client that there
 * are new ones; calls as in seL4RPCCall.
 */
#include "../camkes_private.h"

const struct camkes_connector camkes_connector_serial_server = {
    .name = "seL4SerialServer",
    .init = camkes_rpc_init,
    .thread = camkes_rpc_serve,
    .rpc_call = camkes_rpc_from_call,
};
