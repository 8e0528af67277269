/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls and their service over an endpoint: the message's label is the method's number, its words
 * are the marshalled bytes; in the answer the label is 0 or an errno. Up to four words travel in
 * registers.
 */
#include <string.h>
#include "internal.h"

static __thread seL4_Word current_sender;

seL4_Word camkes_rpc_sender(void)
{
    return current_sender;
}

static size_t words_of(struct camkes_rpc *rpc)
{
    size_t tail = rpc->length % sizeof(seL4_Word);
    if (tail != 0) { /* nothing of older messages may travel in the last word */
        memset(rpc->buffer + rpc->length, 0, sizeof(seL4_Word) - tail);
    }
    return (rpc->length + sizeof(seL4_Word) - 1) / sizeof(seL4_Word);
}

static size_t bytes_of(seL4_MessageInfo_t info)
{
    size_t words = seL4_MessageInfo_get_length(info);
    return (words <= seL4_MsgMaxLength ? words : seL4_MsgMaxLength) * sizeof(seL4_Word);
}

static void use_message_buffer(struct camkes_rpc *rpc)
{
    rpc->buffer = (uint8_t *)seL4_GetIPCBuffer()->msg;
    rpc->capacity = seL4_MsgMaxLength * sizeof(seL4_Word);
}

int camkes_rpc_init(const struct camkes_end *end)
{
    struct camkes_rpc_state *state = camkes_rpc_state_new(end);
    if (state == NULL) {
        return -ENOMEM;
    }
    *end->state = state;
    return state->endpoint != 0 ? 0 : -ENOENT;
}

/* --- from end --- */

void camkes_rpc_from_begin(const struct camkes_end *end, struct camkes_rpc *rpc)
{
    (void)end;
    use_message_buffer(rpc);
}

int camkes_rpc_from_call(const struct camkes_end *end, struct camkes_rpc *rpc)
{
    const struct camkes_rpc_state *state = *end->state;
    seL4_MessageInfo_t info = seL4_MessageInfo_new(rpc->method, 0, 0, words_of(rpc));
    info = seL4_Call(state->endpoint, info);
    rpc->length = bytes_of(info);
    rpc->cursor = 0;
    seL4_Word error = seL4_MessageInfo_get_label(info);
    return error == 0 ? 0 : error < 4096 ? -(int)error : -EBADMSG;
}

/* --- to end --- */

static seL4_MessageInfo_t serve_one(const struct camkes_end *end, seL4_MessageInfo_t info,
                                    seL4_Word badge)
{
    struct camkes_rpc rpc = {
        .end = end,
        .length = bytes_of(info),
        .method = seL4_MessageInfo_get_label(info),
        .badge = badge,
    };
    use_message_buffer(&rpc);
    current_sender = badge;
    if (rpc.method < end->procedure->method_count) {
        end->procedure->methods[rpc.method](&rpc);
    } else {
        rpc.error = -ENOSYS;
    }
    if (rpc.error != 0) {
        camkes_rpc_report(&rpc);
        return seL4_MessageInfo_new((seL4_Word)-rpc.error, 0, 0, 0);
    }
    return seL4_MessageInfo_new(0, 0, 0, words_of(&rpc));
}

void camkes_rpc_serve(const struct camkes_end *end)
{
    const struct camkes_rpc_state *state = *end->state;
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(state->endpoint, &badge);
    for (;;) {
        info = seL4_ReplyRecv(state->endpoint, serve_one(end, info, badge), &badge);
    }
}
