/* SPDX-License-Identifier: BSD-2-Clause */
#define RESULT %eax
    .text
    .global twice
twice:
    lea (%rdi,%rdi), RESULT
    ret
    .section .note.GNU-stack, "", @progbits
