/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls and their service over an endpoint: the message's label is the method's number, its words
 * are the marshalled bytes; in the answer the label is 0 or an errno. Up to four words travel in
 * registers.
 *
 * Where the connection has a shared buffer, a longer message moves there ("spills"): the label says
 * so and the one word is the length. The peer may change the buffer at any time, so nothing in it
 * is read twice.
 */
#include <string.h>
#include "camkes_private.h"

static __thread seL4_Word current_sender;

seL4_Word camkes_rpc_sender(void)
{
    return current_sender;
}

#define LABEL_SPILLED 0x10000u
#define LABEL_VALUE   0x0ffffu

static inline bool is_spilled(const struct camkes_rpc *rpc)
{
    return rpc->buffer != (uint8_t *)seL4_GetIPCBuffer()->msg;
}

static const struct camkes_client *spill_buffer(const struct camkes_rpc *rpc)
{
    const struct camkes_client *client =
        rpc->end->connector->spills ? camkes_find_client(rpc->end, rpc->badge) : NULL;
    return client && client->buffer ? client : NULL;
}

bool camkes_rpc_spill(struct camkes_rpc *rpc, size_t size)
{
    const struct camkes_client *client = spill_buffer(rpc);
    if (!client || is_spilled(rpc) || rpc->length > client->buffer_size ||
        size > client->buffer_size - rpc->length)
        return false;
    memcpy(client->buffer, rpc->buffer, rpc->length);
    rpc->buffer = client->buffer;
    rpc->capacity = client->buffer_size;
    return true;
}

static __attribute__((noinline, cold)) seL4_MessageInfo_t pack_spilled(struct camkes_rpc *rpc,
                                                                       seL4_Word label)
{
    seL4_SetMR(0, rpc->length);
    return seL4_MessageInfo_new(label | LABEL_SPILLED, 0, 0, 1);
}

/* The message info for what `rpc` holds. */
static inline seL4_MessageInfo_t pack(struct camkes_rpc *rpc, seL4_Word label)
{
    if (is_spilled(rpc))
        return pack_spilled(rpc, label);
    size_t tail = rpc->length % sizeof(seL4_Word);
    size_t words = rpc->length / sizeof(seL4_Word);
    if (tail != 0) { /* nothing of older messages may travel in the last word */
        int index = (int)words++;
        seL4_SetMR(index, seL4_GetMR(index) & ~(~(seL4_Word)0 << 8 * tail));
    }
    return seL4_MessageInfo_new(label, 0, 0, words);
}

static __attribute__((noinline, cold)) void unpack_spilled(struct camkes_rpc *rpc)
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

/* The other way round: finds the bytes of a message that has arrived. Returns the label's value. */
static inline seL4_Word unpack(struct camkes_rpc *rpc, seL4_MessageInfo_t info)
{
    seL4_Word label = seL4_MessageInfo_get_label(info);
    seL4_Word words = seL4_MessageInfo_get_length(info);
    camkes_rpc_use_registers(rpc);
    rpc->cursor = 0;
    rpc->length = (words <= seL4_MsgMaxLength ? words : seL4_MsgMaxLength) * sizeof(seL4_Word);
    if ((label & LABEL_SPILLED) != 0)
        unpack_spilled(rpc);
    return label & ~(seL4_Word)LABEL_SPILLED;
}

int camkes_rpc_init(const struct camkes_end *end)
{
    struct camkes_rpc_state *state = camkes_rpc_state_new(end);
    if (!state)
        return -ENOMEM;
    *end->state = state;
    return state->endpoint != 0 ? 0 : -ENOENT;
}

/* --- from end --- */

int camkes_rpc_from_call(const struct camkes_end *end, struct camkes_rpc *rpc)
{
    const struct camkes_rpc_state *state = *end->state;
    seL4_Word error = unpack(rpc, seL4_Call(state->endpoint, pack(rpc, rpc->method)));
    if (rpc->error != 0)
        return rpc->error;
    return error <= LABEL_VALUE ? -(int)error : -EBADMSG;
}

/* --- to end --- */

static seL4_MessageInfo_t serve_one(const struct camkes_end *end, seL4_MessageInfo_t info,
                                    seL4_Word badge)
{
    struct camkes_rpc rpc = {.end = end, .badge = badge};
    rpc.method = unpack(&rpc, info);
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
    return pack(&rpc, 0);
}

void camkes_rpc_serve(const struct camkes_end *end)
{
    const struct camkes_rpc_state *state = *end->state;
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(state->endpoint, &badge);
    for (;;)
        info = seL4_ReplyRecv(state->endpoint, serve_one(end, info, badge), &badge);
}
