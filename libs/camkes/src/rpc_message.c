/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that spill into the connection's shared buffer.
 */
#include "rpc_private.h"

#include <string.h>

static const struct camkes_client *spill_buffer(const struct camkes_rpc *rpc)
{
    const struct camkes_client *client =
        rpc->end->connector->spills ? camkes_find_client(rpc->end, rpc->badge) : NULL;
    return client && client->buffer ? client : NULL;
}

bool camkes_rpc_spill(struct camkes_rpc *rpc, size_t size)
{
    const struct camkes_client *client = spill_buffer(rpc);
    if (!client || camkes_rpc_is_spilled(rpc) || rpc->length > client->buffer_size ||
        size > client->buffer_size - rpc->length)
        return false;
    memcpy(client->buffer, rpc->buffer, rpc->length);
    rpc->buffer = client->buffer;
    rpc->capacity = client->buffer_size;
    return true;
}

seL4_MessageInfo_t camkes_rpc_pack_spilled(struct camkes_rpc *rpc, seL4_Word label)
{
    seL4_SetMR(0, rpc->length);
    return seL4_MessageInfo_new(label | CAMKES_LABEL_SPILLED, 0, 0, 1);
}

void camkes_rpc_unpack_spilled(struct camkes_rpc *rpc)
{
    const struct camkes_client *client = spill_buffer(rpc);
    size_t length = seL4_GetMR(0);
    if (!client || rpc->length != sizeof(seL4_Word) || length > client->buffer_size) {
        rpc->error = -EBADMSG;
        return;
    }
    rpc->buffer = client->buffer;
    rpc->capacity = client->buffer_size;
    rpc->length = length;
}
