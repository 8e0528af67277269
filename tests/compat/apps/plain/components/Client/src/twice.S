/* SPDX-License-Identifier: BSD-2-Clause */
#define RESULT %eax
    .text
    .global twice
twice:
    push %rdi
    movl (%esp), RESULT /* stacks are within 32 bits */
    addl (%esp), RESULT
    pop %rdi
    ret
    .section .note.GNU-stack, "", @progbits
