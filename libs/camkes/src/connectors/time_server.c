/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4TimeServer
 * Calls to a time server, which signals its client (on the client's global notification) when a
 * timer expires.
 */
#include "../camkes_private.h"

const struct camkes_connector camkes_connector_time_server = {
    .name = "seL4TimeServer",
    .init = camkes_rpc_init,
    .thread = camkes_rpc_serve,
    .rpc_call = camkes_rpc_from_call,
};
