/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets that the entry code needs of C structures; trap.c checks each of them.
 */
#pragma once

#define OFFSET_CORE_CURRENT      8
#define OFFSET_CORE_USER_RSP     16
#define OFFSET_CORE_STACK_TOP    24
#define OFFSET_CORE_TAKEN_VECTOR 40

#define OFFSET_TCB_CONTEXT 160
#define OFFSET_TCB_FRAME   280 /* what follows the general registers: vector, error, … */

/* In struct user_context. */
#define CONTEXT_RAX 0
#define CONTEXT_RBX 8
#define CONTEXT_RDX 24
#define CONTEXT_RSI 32
#define CONTEXT_RDI 40
#define CONTEXT_RBP 48
#define CONTEXT_R8  56
#define CONTEXT_R9  64
#define CONTEXT_R10 72
#define CONTEXT_R12 88
#define CONTEXT_R13 96
#define CONTEXT_R14 104
#define CONTEXT_R15 112

/* From the vector's place in a saved context. */
#define FRAME_VECTOR 0
#define FRAME_ERROR  8
#define FRAME_RIP    16
#define FRAME_CS     24
#define FRAME_RFLAGS 32
#define FRAME_RSP    40

#define MSR_GS_BASE_NUMBER 0xc0000101

/* System calls that have a fast path, as in sel4/syscall.h. */
#define SYSCALL_CALL       -1
#define SYSCALL_REPLY_RECV -2
