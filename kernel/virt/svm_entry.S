/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The world switch of AMD SVM: into the guest, and back at its next exit.
 *
 * VMRUN itself swaps RAX, RSP, RIP, RFLAGS and the control state; VMSAVE and VMLOAD swap FS, GS,
 * TR, LDTR and the system-call registers; the other general registers are ours to move.
 *
 * Rests on: AMD64 APM volume 2, 15.5 (VMRUN, #VMEXIT), 15.16 and 15.21 (interrupts, GIF).
 */

/*
 * void svm_switch(uint64_t *registers, uint64_t guest_vmcb_pa, uint64_t host_vmcb_pa, bool shadow)
 * Registers stand in the order of their encoding; RAX and RSP are in the VMCB. Called and left
 * with RFLAGS.IF clear. A physical interrupt of the time between ends the guest's run and stays
 * pending: with V_INTR_MASKING it is the host's IF that lets it through, so IF is set for VMRUN,
 * with the global interrupt flag clear. `shadow` sets it once more, right before: see svm_guard.c.
 */
    .text
    .globl svm_switch
    .type svm_switch, @function
    .balign 64
svm_switch:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    push %rdi
    push %rdx

    clgi
    sti
    mov %rsi, %rax
    vmload %rax
    test %cl, %cl /* no instruction before the branch changes flags */
    mov 1*8(%rdi), %rcx
    mov 2*8(%rdi), %rdx
    mov 3*8(%rdi), %rbx
    mov 5*8(%rdi), %rbp
    mov 6*8(%rdi), %rsi
    mov 8*8(%rdi), %r8
    mov 9*8(%rdi), %r9
    mov 10*8(%rdi), %r10
    mov 11*8(%rdi), %r11
    mov 12*8(%rdi), %r12
    mov 13*8(%rdi), %r13
    mov 14*8(%rdi), %r14
    mov 15*8(%rdi), %r15
    mov 7*8(%rdi), %rdi

    jz 1f
    sti
1:  vmrun %rax
    .globl svm_switch_back
svm_switch_back:

    /* RAX is the host's again: still the guest's VMCB. */
    vmsave %rax
    pop %rax
    vmload %rax
    pop %rax
    mov %rcx, 1*8(%rax)
    mov %rdx, 2*8(%rax)
    mov %rbx, 3*8(%rax)
    mov %rbp, 5*8(%rax)
    mov %rsi, 6*8(%rax)
    mov %rdi, 7*8(%rax)
    mov %r8, 8*8(%rax)
    mov %r9, 9*8(%rax)
    mov %r10, 10*8(%rax)
    mov %r11, 11*8(%rax)
    mov %r12, 12*8(%rax)
    mov %r13, 13*8(%rax)
    mov %r14, 14*8(%rax)
    mov %r15, 15*8(%rax)
    cli
    stgi

    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size svm_switch, . - svm_switch
    .section .note.GNU-stack, "", @progbits
