/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets that the entry code needs of C structures; trap.c asserts each of them.
 */
#pragma once

#define OFFSET_CORE_CURRENT      8
#define OFFSET_CORE_USER_RSP     16
#define OFFSET_CORE_STACK_TOP    24
#define OFFSET_CORE_TAKEN_VECTOR 56

#define OFFSET_TCB_CONTEXT   160
#define OFFSET_TCB_FRAME_END 336

/* From the vector's place in a saved context. */
#define FRAME_VECTOR 0
#define FRAME_ERROR  8
#define FRAME_RIP    16
#define FRAME_CS     24
#define FRAME_RFLAGS 32
#define FRAME_RSP    40

/* A context that a SYSCALL saved (also in object/tcb.h). */
#define ENTRY_SYSCALL 0x100

#define MSR_GS_BASE_NUMBER 0xc0000101
