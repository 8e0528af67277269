/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way into the kernel, and the way out.
 *
 * From user mode the state is saved straight into the running thread's TCB. The processor pushes
 * its frame there, since TSS.RSP0 points to the end of that, and the SYSCALL entry builds the same.
 * Then the core's one kernel stack is used from its top: nothing of an earlier entry is ever on it.
 *
 * In kernel mode interrupts are off, except in irq_take_pending() and while idle; there an
 * interrupt only leaves its vector in the core's state and returns with interrupts off.
 *
 * Rests on: AMD64 APM volume 2, chapter 8 (exceptions), section 6.1 (SYSCALL, SYSRET, SWAPGS).
 */
#include "cpu/memory.h"
#include "cpu/vectors.h"
#include "entry/offsets.h"

/* The general registers as struct user_context has them, from the top down. */
    .macro push_registers
    push %r15
    push %r14
    push %r13
    push %r12
    push %r11
    push %r10
    push %r9
    push %r8
    push %rbp
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rbx
    push %rax
    .endm

    .macro pop_registers
    pop %rax
    pop %rbx
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
    pop %rbp
    pop %r8
    pop %r9
    pop %r10
    pop %r11
    pop %r12
    pop %r13
    pop %r14
    pop %r15
    .endm

    .text

/*
 * --- system calls: RAX number, RDI capability, RSI message info ---
 *
 * What a SYSCALL destroys anyway (RCX, R11) and what is the same for every user thread (CS, SS)
 * is not saved: the slots of the latter were filled when the thread was made.
 */
    .globl syscall_entry
    .balign 64
syscall_entry:
    swapgs
    mov %rsp, %gs:OFFSET_CORE_USER_RSP
    mov %gs:OFFSET_CORE_CURRENT, %rsp
    mov %rcx, (OFFSET_TCB_FRAME + FRAME_RIP)(%rsp)
    mov %gs:OFFSET_CORE_USER_RSP, %rcx
    mov %r11, (OFFSET_TCB_FRAME + FRAME_RFLAGS)(%rsp)
    mov %rcx, (OFFSET_TCB_FRAME + FRAME_RSP)(%rsp)
    movq $VECTOR_SYSCALL, (OFFSET_TCB_FRAME + FRAME_VECTOR)(%rsp)
    mov %rax, (OFFSET_TCB_CONTEXT + CONTEXT_RAX)(%rsp)
    mov %rbx, (OFFSET_TCB_CONTEXT + CONTEXT_RBX)(%rsp)
    mov %rdx, (OFFSET_TCB_CONTEXT + CONTEXT_RDX)(%rsp)
    mov %rsi, (OFFSET_TCB_CONTEXT + CONTEXT_RSI)(%rsp)
    mov %rdi, (OFFSET_TCB_CONTEXT + CONTEXT_RDI)(%rsp)
    mov %rbp, (OFFSET_TCB_CONTEXT + CONTEXT_RBP)(%rsp)
    mov %r8, (OFFSET_TCB_CONTEXT + CONTEXT_R8)(%rsp)
    mov %r9, (OFFSET_TCB_CONTEXT + CONTEXT_R9)(%rsp)
    mov %r10, (OFFSET_TCB_CONTEXT + CONTEXT_R10)(%rsp)
    mov %r12, (OFFSET_TCB_CONTEXT + CONTEXT_R12)(%rsp)
    mov %r13, (OFFSET_TCB_CONTEXT + CONTEXT_R13)(%rsp)
    mov %r14, (OFFSET_TCB_CONTEXT + CONTEXT_R14)(%rsp)
    mov %r15, (OFFSET_TCB_CONTEXT + CONTEXT_R15)(%rsp)
    mov %gs:OFFSET_CORE_STACK_TOP, %rsp
    cmp $SYSCALL_CALL, %rax
    jne 1f
    call fastpath_call
    test %rax, %rax
    jnz leave_by_sysret
    jmp 2f
1:  cmp $SYSCALL_REPLY_RECV, %rax
    jne 3f
    call fastpath_reply_recv
    test %rax, %rax
    jnz leave_by_sysret

    /* Not a simple case: from the start again, with the registers as they were. */
2:  mov %gs:OFFSET_CORE_CURRENT, %rax
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RSI)(%rax), %rsi
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RDI)(%rax), %rdi
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RAX)(%rax), %rax
3:  mov %rsi, %rdx
    mov %rdi, %rsi
    mov %rax, %rdi
    xor %ebp, %ebp
    call handle_syscall
    test %rax, %rax
    jnz leave_by_sysret
    /* falls into */

/* --- the way out: void cpu_resume(void) --- */
    .globl cpu_resume
cpu_resume:
    mov %gs:OFFSET_CORE_STACK_TOP, %rsp
    call kernel_leave

    /* RAX: the thread to go on with. */
leave_by_sysret:
    cmpl $VECTOR_SYSCALL, (OFFSET_TCB_FRAME + FRAME_VECTOR)(%rax)
    jne 1f

    /*
     * SYSRET. RIP is canonical: it came from SYSCALL, whose page cannot be the last of the user's
     * half (vspace.c), or was checked when it was set.
     */
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RBX)(%rax), %rbx
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RDX)(%rax), %rdx
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RSI)(%rax), %rsi
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RDI)(%rax), %rdi
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RBP)(%rax), %rbp
    mov (OFFSET_TCB_CONTEXT + CONTEXT_R8)(%rax), %r8
    mov (OFFSET_TCB_CONTEXT + CONTEXT_R9)(%rax), %r9
    mov (OFFSET_TCB_CONTEXT + CONTEXT_R10)(%rax), %r10
    mov (OFFSET_TCB_CONTEXT + CONTEXT_R12)(%rax), %r12
    mov (OFFSET_TCB_CONTEXT + CONTEXT_R13)(%rax), %r13
    mov (OFFSET_TCB_CONTEXT + CONTEXT_R14)(%rax), %r14
    mov (OFFSET_TCB_CONTEXT + CONTEXT_R15)(%rax), %r15
    mov (OFFSET_TCB_FRAME + FRAME_RIP)(%rax), %rcx
    mov (OFFSET_TCB_FRAME + FRAME_RFLAGS)(%rax), %r11
    mov (OFFSET_TCB_FRAME + FRAME_RSP)(%rax), %rsp
    mov (OFFSET_TCB_CONTEXT + CONTEXT_RAX)(%rax), %rax
    swapgs
    sysretq

1:  lea OFFSET_TCB_CONTEXT(%rax), %rsp
    pop_registers
    add $16, %rsp
    swapgs
    iretq

/* void run_on_core_stack(void (*function)(void)): leaves the boot stack for good. */
    .globl run_on_core_stack
run_on_core_stack:
    mov %gs:OFFSET_CORE_STACK_TOP, %rsp
    xor %ebp, %ebp
    call *%rdi
    ud2

/* --- exceptions and interrupts: vector and error code have been pushed --- */
    .balign 16
trap_common:
    testb $3, FRAME_CS(%rsp)
    jz trap_from_kernel
    swapgs
    push_registers
    mov (15 * 8 + FRAME_VECTOR)(%rsp), %rdi
    mov (15 * 8 + FRAME_ERROR)(%rsp), %rsi
    mov %gs:OFFSET_CORE_STACK_TOP, %rsp
    /* No flag of the user's is left in force: direction, alignment check (SMAP), nested task. */
    pushq $2
    popfq
    xor %ebp, %ebp
    call trap_from_user
    jmp cpu_resume

trap_from_kernel:
    cmpq $VECTOR_EXCEPTIONS, FRAME_VECTOR(%rsp)
    jb exception_in_kernel
    push %rax
    mov (8 + FRAME_VECTOR)(%rsp), %rax
    mov %rax, %gs:OFFSET_CORE_TAKEN_VECTOR
    andq $~0x200, (8 + FRAME_RFLAGS)(%rsp)
    pop %rax
    add $16, %rsp
    iretq

exception_in_kernel:
    push_registers
    cld
    mov %rsp, %rdi
    call trap_in_kernel
    pop_registers
    add $16, %rsp
    iretq

/*
 * Double fault, NMI and machine check come on stacks of their own, perhaps in the few instructions
 * where GS is still or already the user's: only its value tells. The kernel's is negative.
 */
    .balign 16
trap_on_own_stack:
    push_registers
    cld
    xor %ebx, %ebx
    mov $MSR_GS_BASE_NUMBER, %ecx
    rdmsr
    test %edx, %edx
    js 1f
    swapgs
    inc %ebx
1:  mov %rsp, %rdi
    call trap_special
    test %ebx, %ebx
    jz 2f
    swapgs
2:  pop_registers
    add $16, %rsp
    iretq

/*
 * --- 256 entry points of 16 bytes each ---
 *
 * An interrupt can come with the vector of an exception that has an error code, and has none. The
 * processor aligns the stack to 16 bytes before it pushes five words, or six with an error code
 * (8.9.3): so the stack pointer tells.
 */
    .globl trap_stubs
    .balign 16
trap_stubs:
    .set vector, 0
    .rept 256
    .balign 16
    .if vector >= VECTOR_EXCEPTIONS || !(VECTORS_WITH_ERROR_CODE >> (vector & 31) & 1)
    pushq $0
    .else
    testb $8, %spl
    jz 1f
    pushq $ERROR_CODE_MISSING
1:
    .endif
    pushq $vector
    .if vector == VECTOR_DF || vector == VECTOR_NMI || vector == VECTOR_MC
    jmp trap_on_own_stack
    .else
    jmp trap_common
    .endif
    .set vector, vector + 1
    .endr

    .section .note.GNU-stack, "", @progbits
