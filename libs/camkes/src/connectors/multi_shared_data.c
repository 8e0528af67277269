/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4MultiSharedData
 * Memory that each of several clients shares with one server and with nobody else. A client has it
 * as its dataport; the server finds it by the client's number: <if>_buf(client).
 */
#include "../camkes_private.h"

#include <errno.h>

static int init(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, "buffer", 0);
    if (!region || !region->vaddr)
        return -ENOENT;
    return camkes_clients_init(end);
}

const struct camkes_connector camkes_connector_multi_shared_data = {
    .name = "seL4MultiSharedData",
    .init = init,
};
