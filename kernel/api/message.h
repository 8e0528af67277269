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
#define MESSAGE_INFO_UNWRAPPED  (7u << 9)

static inline uint64_t message_info(uint64_t label, unsigned length)
{
    return label << 12 | length;
}

static inline uint64_t message_label(uint64_t info)
{
    return info >> 12;
}

static inline unsigned message_extra_caps(uint64_t info)
{
    return (info & MESSAGE_INFO_EXTRA_CAPS) >> 7;
}

/* The words that `info` announces; without an IPC buffer there are at most MESSAGE_REGISTERS. */
static inline unsigned message_length(uint64_t info, const uint64_t *buffer)
{
    unsigned length = info & MESSAGE_INFO_LENGTH;
    unsigned most = buffer ? seL4_MsgMaxLength : MESSAGE_REGISTERS;
    return length <= most ? length : most;
}

/* Where word `i` < MESSAGE_REGISTERS of a message stands. */
static inline uint64_t *message_register(struct tcb *t, unsigned i)
{
    static const uint16_t offset[MESSAGE_REGISTERS] = {
        __builtin_offsetof(struct tcb, context.rdx),
        __builtin_offsetof(struct tcb, context.r8),
        __builtin_offsetof(struct tcb, context.r9),
        __builtin_offsetof(struct tcb, context.r10),
    };
    return (uint64_t *)((char *)t + offset[i]);
}

/* The words that travel in registers, of a message of `length` words: no others. */
static inline void message_copy_registers(const struct tcb *from, struct tcb *to, unsigned length)
{
    const struct user_context *src = &from->context;
    struct user_context *dst = &to->context;
    if (__builtin_expect(length >= MESSAGE_REGISTERS, 1)) {
        CTX_MR0(dst) = CTX_MR0(src);
        CTX_MR1(dst) = CTX_MR1(src);
        CTX_MR2(dst) = CTX_MR2(src);
        CTX_MR3(dst) = CTX_MR3(src);
        return;
    }
    if (length > 0)
        CTX_MR0(dst) = CTX_MR0(src);
    if (length > 1)
        CTX_MR1(dst) = CTX_MR1(src);
    if (length > 2)
        CTX_MR2(dst) = CTX_MR2(src);
}

/* Word `i` of the message in `t`'s registers and buffer. */
static inline uint64_t message_word(struct tcb *t, const uint64_t *buffer, unsigned i)
{
    return i < MESSAGE_REGISTERS ? *message_register(t, i) : buffer[seL4_IPCBuffer_MsgWord + i];
}

/* Word `i` of what the kernel tells a thread; without an IPC buffer only the first four arrive. */
static inline void message_put_word(struct tcb *t, unsigned i, uint64_t value)
{
    uint64_t *buffer = i < MESSAGE_REGISTERS ? NULL : tcb_ipc_buffer(t);
    if (i < MESSAGE_REGISTERS)
        *message_register(t, i) = value;
    else if (buffer)
        buffer[seL4_IPCBuffer_MsgWord + i] = value;
}
