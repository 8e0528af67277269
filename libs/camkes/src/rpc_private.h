/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of calls over an endpoint: the label is the method's number, the words are the
 * marshalled bytes; in the answer the label is 0 or an errno. Up to four words travel in registers.
 *
 * Where the connection has a shared buffer, a longer message moves there ("spills"): the label says
 * so and the one word is the length. The peer may change the buffer at any time, so nothing in it
 * is read twice.
 */
#pragma once

#include "camkes_private.h"

#define CAMKES_LABEL_SPILLED 0x10000u
#define CAMKES_LABEL_VALUE   0x0ffffu

/* rpc_message.c: the rare case, out of the way of the others. */
__attribute__((cold)) seL4_MessageInfo_t camkes_rpc_pack_spilled(struct camkes_rpc *rpc,
                                                                 seL4_Word label);
__attribute__((cold)) void camkes_rpc_unpack_spilled(struct camkes_rpc *rpc);

static inline bool camkes_rpc_is_spilled(const struct camkes_rpc *rpc)
{
    return rpc->buffer != (uint8_t *)seL4_GetIPCBuffer()->msg;
}

/* The message info for what `rpc` holds. */
static inline seL4_MessageInfo_t camkes_rpc_pack(struct camkes_rpc *rpc, seL4_Word label)
{
    if (camkes_rpc_is_spilled(rpc))
        return camkes_rpc_pack_spilled(rpc, label);
    size_t tail = rpc->length % sizeof(seL4_Word);
    size_t words = rpc->length / sizeof(seL4_Word);
    if (tail != 0) { /* nothing of older messages may travel in the last word */
        int index = (int)words++;
        seL4_SetMR(index, seL4_GetMR(index) & ~(~(seL4_Word)0 << 8 * tail));
    }
    return seL4_MessageInfo_new(label, 0, 0, words);
}

/* The other way round: finds the bytes of a message that has arrived. Returns the label's value. */
static inline seL4_Word camkes_rpc_unpack(struct camkes_rpc *rpc, seL4_MessageInfo_t info)
{
    seL4_Word label = seL4_MessageInfo_get_label(info);
    seL4_Word words = seL4_MessageInfo_get_length(info);
    camkes_rpc_use_registers(rpc);
    rpc->cursor = 0;
    rpc->length = (words <= seL4_MsgMaxLength ? words : seL4_MsgMaxLength) * sizeof(seL4_Word);
    if ((label & CAMKES_LABEL_SPILLED) != 0)
        camkes_rpc_unpack_spilled(rpc);
    return label & ~(seL4_Word)CAMKES_LABEL_SPILLED;
}
