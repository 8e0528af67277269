/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One server, many clients: what each client's end and the server's share beside the endpoint,
 * namely a notification and a buffer. The server knows a client by its badge. Roles: "ep",
 * "notification", "buffer".
 */
#include "camkes_private.h"

#include <base/bits.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void add_client(struct camkes_rpc_state *state, const struct camkes_end *end,
                       seL4_Word badge, const char *peer)
{
    for (unsigned i = 0; i < state->client_count; i++)
        if (state->clients[i].badge == badge)
            return;
    struct camkes_client *client = &state->clients[state->client_count++];
    client->badge = badge;
    const struct camkes_cap *cap;
    for (unsigned i = 0; (cap = camkes_end_cap(end, "notification", i)); i++)
        if (strcmp(cap->peer, peer) == 0)
            client->notification = cap->cptr;
    const struct camkes_region *region;
    for (unsigned i = 0; (region = camkes_end_region(end, "buffer", i)); i++) {
        if (strcmp(region->peer, peer) == 0) {
            client->buffer = region->vaddr;
            client->buffer_size = region->size;
        }
    }
}

int camkes_clients_init(const struct camkes_end *end)
{
    size_t most = end->cap_count + end->region_count + 1;
    struct camkes_rpc_state *state = calloc(1, sizeof(*state) + most * sizeof(state->clients[0]));
    const struct camkes_cap *cap = camkes_end_cap(end, "ep", 0);
    if (!state)
        return -ENOMEM;
    *end->state = state;
    if (cap)
        state->endpoint = cap->cptr;
    const struct camkes_region *region = camkes_end_region(end, "buffer", 0);
    if (end->side == CAMKES_FROM) {
        if (region)
            state->clients[0] =
                (struct camkes_client){.buffer = region->vaddr, .buffer_size = region->size};
        return 0;
    }
    for (unsigned i = 0; (cap = camkes_end_cap(end, "ep", i)); i++)
        add_client(state, end, cap->badge, cap->peer);
    for (unsigned i = 0; (region = camkes_end_region(end, "buffer", i)); i++)
        add_client(state, end, region->peer_badge, region->peer);
    return 0;
}

int camkes_rpc_init(const struct camkes_end *end)
{
    int error = camkes_clients_init(end);
    return error == 0 && !camkes_end_cap(end, "ep", 0) ? -ENOENT : error;
}

const struct camkes_client *camkes_find_client(const struct camkes_end *end, seL4_Word badge)
{
    const struct camkes_rpc_state *state = *end->state;
    if (!state || end->kind == CAMKES_EVENT)
        return NULL;
    if (end->side == CAMKES_FROM)
        return &state->clients[0];
    for (unsigned i = 0; i < state->client_count; i++)
        if (state->clients[i].badge == badge)
            return &state->clients[i];
    return NULL;
}

void camkes_event_emit_to(const struct camkes_end *end, seL4_Word badge)
{
    const struct camkes_client *client = camkes_find_client(end, badge);
    if (client && client->notification != 0)
        seL4_Signal(client->notification);
}

void *camkes_shared_buffer(const struct camkes_end *end, seL4_Word badge)
{
    const struct camkes_client *client = camkes_find_client(end, badge);
    return client ? client->buffer : NULL;
}

size_t camkes_shared_buffer_size(const struct camkes_end *end, seL4_Word badge)
{
    const struct camkes_client *client = camkes_find_client(end, badge);
    return client ? client->buffer_size : 0;
}

size_t camkes_end_buffer_size(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, "buffer", 0);
    return region ? region->size : 0;
}

unsigned camkes_client_count(const struct camkes_end *end)
{
    const struct camkes_rpc_state *state = *end->state;
    return state ? state->client_count : 0;
}

seL4_Word camkes_client_badge(const struct camkes_end *end, unsigned index)
{
    const struct camkes_rpc_state *state = *end->state;
    return state && index < state->client_count ? state->clients[index].badge : 0;
}

seL4_Word camkes_client_largest_badge(const struct camkes_end *end)
{
    seL4_Word largest = 0;
    for (unsigned i = 0; i < camkes_client_count(end); i++)
        largest = MAX(largest, camkes_client_badge(end, i));
    return largest;
}
