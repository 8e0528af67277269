/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/message.h"

void ipc_put_word(struct tcb *to, unsigned i, uint64_t value)
{
    struct user_context *c = &to->context;
    uint64_t *buffer;
    switch (i) {
    case 0:
        CTX_MR0(c) = value;
        return;
    case 1:
        CTX_MR1(c) = value;
        return;
    case 2:
        CTX_MR2(c) = value;
        return;
    case 3:
        CTX_MR3(c) = value;
        return;
    }
    buffer = tcb_ipc_buffer(to);
    if (buffer)
        buffer[seL4_IPCBuffer_MsgWord + i] = value;
}
