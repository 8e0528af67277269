/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of every thread of a component: RDI = index in the instance's thread table, RSI = IPC
 * buffer, RSP = 16-byte aligned top of its stack (struct capdl_thread of <capdl.h>).
 */
    .section .text._start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    xor %ebp, %ebp          /* ends the chain of frames for backtraces */
    call c_thread_start
    ud2
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
