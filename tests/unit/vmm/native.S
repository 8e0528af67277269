/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void native_run(struct native_state *state, const void *code): loads general registers and flags
 * from *state, calls the code (one instruction and RET), and stores them back. RSP and RBP are
 * ours. Layout of struct native_state: 16 registers in encoding order, then RFLAGS.
 */
    .text
    .globl native_run
    .type native_run, @function
native_run:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    push %rdi
    mov %rsi, %rbp
    pushq 128(%rdi)
    popfq
    mov 0(%rdi), %rax
    mov 8(%rdi), %rcx
    mov 16(%rdi), %rdx
    mov 24(%rdi), %rbx
    mov 48(%rdi), %rsi
    mov 64(%rdi), %r8
    mov 72(%rdi), %r9
    mov 80(%rdi), %r10
    mov 88(%rdi), %r11
    mov 96(%rdi), %r12
    mov 104(%rdi), %r13
    mov 112(%rdi), %r14
    mov 120(%rdi), %r15
    mov 56(%rdi), %rdi
    call *%rbp
    mov (%rsp), %rbp            /* the state: MOV and PUSHFQ change no flags */
    pushfq
    popq 128(%rbp)
    mov %rax, 0(%rbp)
    mov %rcx, 8(%rbp)
    mov %rdx, 16(%rbp)
    mov %rbx, 24(%rbp)
    mov %rsi, 48(%rbp)
    mov %rdi, 56(%rbp)
    mov %r8, 64(%rbp)
    mov %r9, 72(%rbp)
    mov %r10, 80(%rbp)
    mov %r11, 88(%rbp)
    mov %r12, 96(%rbp)
    mov %r13, 104(%rbp)
    mov %r14, 112(%rbp)
    mov %r15, 120(%rbp)
    pop %rdi
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    cld
    ret
    .size native_run, . - native_run

/*
 * void native_vectors(uint64_t vectors[16][4], void *memory, const void *code): the same with the
 * vector registers (AVX); RBX is `memory`.
 */
    .globl native_vectors
    .type native_vectors, @function
native_vectors:
    push %rbx
    mov %rsi, %rbx
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovdqu 32*\n(%rdi), %ymm\n
    .endr
    call *%rdx
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovdqu %ymm\n, 32*\n(%rdi)
    .endr
    vzeroupper
    pop %rbx
    ret
    .size native_vectors, . - native_vectors
    .section .note.GNU-stack, "", @progbits
