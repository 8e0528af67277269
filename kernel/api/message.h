/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of a message, where threads keep them: the first ones in registers, the others in the
 * IPC buffer, if there is one. Registers: libs/sel4/include/sel4/syscalls.h.
 */
#pragma once

#include "state/thread.h"
#include <sel4/messages.h>

#define MESSAGE_REGISTERS 4

/* The fields of the message info (seL4_MessageInfo_t). */
#define MESSAGE_INFO_LENGTH     0x7fu
#define MESSAGE_INFO_EXTRA_CAPS (3u << 7)

/* The words that `info` announces; without an IPC buffer there are at most MESSAGE_REGISTERS. */
static inline unsigned ipc_length(uint64_t info, const uint64_t *buffer)
{
    unsigned length = info & MESSAGE_INFO_LENGTH;
    unsigned most = buffer ? seL4_MsgMaxLength : MESSAGE_REGISTERS;
    return length <= most ? length : most;
}

/* Word `i` of the message in `t`'s registers and buffer. */
static inline uint64_t ipc_word(const struct tcb *t, const uint64_t *buffer, unsigned i)
{
    const struct user_context *c = &t->context;
    switch (i) {
    case 0:
        return CTX_MR0(c);
    case 1:
        return CTX_MR1(c);
    case 2:
        return CTX_MR2(c);
    case 3:
        return CTX_MR3(c);
    default:
        return buffer[seL4_IPCBuffer_MsgWord + i];
    }
}

/* Word `i` of what the kernel tells a thread; without an IPC buffer only the first four arrive. */
void ipc_put_word(struct tcb *to, unsigned i, uint64_t value);
