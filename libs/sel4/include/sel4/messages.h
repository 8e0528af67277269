/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IPC buffer: message words beyond the registers, capabilities that travel along, and where
 * received ones go. `__sel4_ipc_buffer` is the calling thread's own.
 */
#pragma once

#include <sel4/types.h>

typedef struct seL4_IPCBuffer_ {
    seL4_MessageInfo_t tag;
    seL4_Register msg[seL4_MsgMaxLength];
    seL4_Word userData;
    seL4_Word caps_or_badges[seL4_MsgMaxExtraCaps];
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer __attribute__((__aligned__(1 << seL4_IPCBufferSizeBits)));

SEL4_COMPILE_ASSERT(seL4_IPCBuffer_is_known_to_the_kernel,
                    sizeof(seL4_IPCBuffer) == 1 << seL4_IPCBufferSizeBits)

/* Word positions, as the kernel counts them. */
#define seL4_IPCBuffer_MsgWord     1
#define seL4_IPCBuffer_CapsWord    (1 + seL4_MsgMaxLength + 1)
#define seL4_IPCBuffer_ReceiveWord (seL4_IPCBuffer_CapsWord + seL4_MsgMaxExtraCaps)
