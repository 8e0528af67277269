/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of a root task: the kernel passes the boot information in RDI and nothing else; the stack
 * is ours to provide.
 */
    .section .text._start, "ax"
    .globl _start
    .type _start, @function
_start:
    lea sel4_root_stack_top(%rip), %rsp
    xor %ebp, %ebp
    call sel4_root_start
    ud2
    .size _start, . - _start

    .section .bss
    .balign 4096
sel4_root_stack:
    .skip 65536
sel4_root_stack_top:
    .section .note.GNU-stack, "", @progbits
