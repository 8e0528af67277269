/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs for the tiny guests of the virtualisation tests. Each is copied to GUEST_CODE in the
 * guest's memory and started there; virt_machine.h says what else is where. A VMMCALL with a
 * number in RAX tells the test where the guest has come to.
 */
#include "virt_layout.h"

    .macro guest name, bits
    .balign 16
    .globl guest_\name
guest_\name:
    .code\bits
    .endm

    .macro guest_end name
    .globl guest_\name\()_end
guest_\name\()_end:
    .code64
    .endm

    .section .rodata

/* Every instruction that exits, in real mode. */
    guest exits, 16
    mov $0x11223344, %eax
    mov $7, %ecx
    cpuid
    mov $0x5a, %al
    out %al, $0x80
    mov $0x1f0, %dx
    in (%dx), %ax
    mov $0xcfc, %dx
    out %eax, (%dx)
    mov $0xc0000080, %ecx
    rdmsr
    wrmsr
    vmmcall
    wbinvd
    invd
    hlt
    vmrun
    jmp .
    guest_end exits

/* Prefixes that have no meaning, on instructions that exit: one in each eight bytes. */
    guest prefixed, 64
    .macro prefixed bytes:vararg
    .byte \bytes
    .balign 8, 0x90
    .endm
    prefixed 0x66, 0x0f, 0xa2
    prefixed 0xf3, 0xf4
    prefixed 0x3e, 0x0f, 0x32
    prefixed 0x66, 0x48, 0x0f, 0x30
    prefixed 0x64, 0x67, 0x0f, 0x09
    prefixed 0x65, 0x0f, 0x01, 0xd9
    prefixed 0x66, 0x67, 0x2e, 0xed
    guest_end prefixed

/* String port I/O: as the processor announces it, nothing is moved. */
    guest strings, 16
    cld
    mov $GUEST_DATA, %si
    mov $GUEST_DATA, %di
    mov $0x3f8, %dx
    mov $5, %cx
    rep outsb
    mov $3, %ecx
    addr32 rep insl
    guest_end strings

/* Flat 32-bit mode: memory that is not there. */
    guest memory, 32
    mov GUEST_HOLE, %eax
    mov %eax, GUEST_DATA
    movl $0x600df00d, GUEST_HOLE + 8
    movl $1, GUEST_READ_ONLY
    mov $GUEST_HOLE + 0x10, %eax
    jmp *%eax
    guest_end memory

/* Long mode: registers that a guest owns, and FPU state, over exits. */
    guest registers, 64
    mov $0xc0000082, %ecx /* LSTAR */
    mov $0x12345678, %eax
    mov $0x00007fff, %edx
    wrmsr
    mov $0xc0000102, %ecx /* KernelGSBase */
    mov $0x9abcdef0, %eax
    mov $0x00001fff, %edx
    wrmsr
    movabs $0x0123456789abcdef, %rax
    movq %rax, %xmm7
    mov $3, %ecx
    mov %rcx, %cr8
    movabs $0x1111111111111111, %rbx
    movabs $0x2222222222222222, %rbp
    movabs $0x3333333333333333, %r8
    movabs $0x4444444444444444, %r15
    mov $1, %eax
    vmmcall
    movq %xmm7, %rsi
    mov $0xc0000082, %ecx
    rdmsr
    mov %eax, %edi
    mov %cr8, %r9
    mov $0xc0000102, %ecx
    rdmsr
    mov %eax, %r10d
    mov $2, %eax
    vmmcall
    guest_end registers

/* Interrupts: counts them at GUEST_DATA; the handler (virt_machine.c puts it in the IDT) below. */
    guest interrupts, 64
    sti
    nop
    mov $1, %eax
    vmmcall
    cli
    mov $2, %eax
    vmmcall
    nop
    nop
    sti
    nop
    nop
    mov $3, %eax
    vmmcall
    guest_end interrupts

/* Writes CR8, and reads it to RAX, with and without interrupts. */
    guest task_priority, 64
    sti
    mov %cr8, %rax
    mov $6, %ecx
    mov %rcx, %cr8
    vmmcall
    mov %rcx, %cr8
    mov %cr8, %rax
    cli
    vmmcall
    mov %rcx, %cr8
    sti
    nop
    nop
    mov %cr8, %rax
    mov $3, %ecx
    mov %rcx, %cr8
    vmmcall
    guest_end task_priority

    guest handler, 64
    incq GUEST_DATA
    push %rax
    mov $0x100, %eax
    vmmcall
    pop %rax
    iretq
    guest_end handler

/* The same for exceptions with an error code; leaves the code at GUEST_DATA + 8. */
    guest error_handler, 64
    incq GUEST_DATA
    push %rax
    mov 8(%rsp), %rax
    mov %rax, GUEST_DATA + 8
    pop %rax
    add $8, %rsp
    iretq
    guest_end error_handler

/* Single steps: the handler clears the trap flag after the tenth. */
    guest steps, 64
    pushfq
    orq $0x100, (%rsp)
    popfq
1:  nop
    jmp 1b
    guest_end steps

    guest step_handler, 64
    incq GUEST_DATA
    cmpq $10, GUEST_DATA
    jb 1f
    andq $~0x100, 16(%rsp)
    mov $1, %eax
    vmmcall
1:  iretq
    guest_end step_handler

/* Runs for ever, with and without interrupts, counting. */
    guest spin, 64
1:  incq GUEST_DATA
    jmp 1b
    guest_end spin

/* Exits, and nothing else. */
    guest exit_forever, 64
1:  cpuid
    in $0x80, %al
    hlt
    vmmcall
    mov $0xc0000080, %ecx
    rdmsr
    mov GUEST_HOLE, %eax
    jmp 1b
    guest_end exit_forever

/*
 * Sleeps until its handler has set the word at GUEST_DATA, over and over: a write of the TSC
 * deadline, or an interrupt to itself, says that a round begins.
 */
    .macro idle msr
1:  cli
    movq $0, GUEST_DATA
    mov $\msr, %ecx
    rdtsc
    add $100000, %eax
    adc $0, %edx
    wrmsr
2:  cmpq $0, GUEST_DATA
    jne 1b
    sti
    hlt
    cli
    jmp 2b
    .endm

    guest idle_timer, 64
    idle 0x6e0
    guest_end idle_timer

    guest idle_call, 64
    idle 0x83f
    guest_end idle_call

    guest idle_handler, 64
    movq $1, GUEST_DATA
    iretq
    guest_end idle_handler

    guest hypercall, 64
    vmmcall
    guest_end hypercall

    guest vmcall, 64
    vmcall
    hlt
    guest_end vmcall

/* Port RDI (DX) is written for ever. */
    guest port, 64
    mov %edi, %edx
1:  mov $0x77, %al
    out %al, (%dx)
    mov $1, %eax
    vmmcall
    jmp 1b
    guest_end port

/*
 * Debug registers: DR0 := RDI, DR1 := RSI, DR7 := RDX. Says what they and DR3 were before, and
 * after a while what they are.
 */
    guest debug, 64
1:  mov %dr0, %rax
    mov %dr1, %rbx
    mov %dr3, %r8
    mov %dr7, %r9
    vmmcall
    mov %rdi, %dr0
    mov %rsi, %dr1
    mov %rdx, %dr7
    jmp 1b
    guest_end debug

/* Writes, and runs code, where others may have breakpoints. */
    guest touch, 64
    .fill 48, 1, 0x90
    call 1f
    incq GUEST_DATA + 8
    int3
    vmmcall
1:  ret
    guest_end touch

/* The test puts an instruction here, and looks which exception comes of it. */
    guest patched, 64
    .fill 16, 1, 0xf4
    guest_end patched

/* Writes CR4 := RDI, and where R8 is set, CR3 := RSI. */
    guest write_control, 64
    test %r8, %r8
    jnz 1f
    mov %rdi, %cr4
    vmmcall
1:  mov %rsi, %cr3
    vmmcall
    guest_end write_control

/*
 * Registers that are switched: FXSAVE's, CR2, and MSRs whose numbers stand at GUEST_LEAKS + 512.
 * What they are goes to GUEST_LEAKS, what GUEST_LEAKS + 1024 says comes into them.
 */
    guest leaks, 64
    fxsave64 GUEST_LEAKS
    mov $GUEST_LEAKS + 512, %esi
1:  mov (%rsi), %ecx
    test %ecx, %ecx
    jz 2f
    rdmsr
    mov %eax, 8(%rsi)
    mov %edx, 12(%rsi)
    mov 1024(%rsi), %eax
    mov 1028(%rsi), %edx
    wrmsr
    add $16, %rsi
    jmp 1b
2:  mov %cr2, %rax
    mov %rax, 8(%rsi)
    mov 1024(%rsi), %rax
    mov %rax, %cr2
    fxrstor64 GUEST_LEAKS + 1024
    vmmcall
    jmp 2b
    guest_end leaks

/* In and out of long mode, with an exit wherever EFER.LME, CR4.PAE and CR0.PG differ. */
    guest long_mode, 32
    mov $GUEST_PML4, %eax
    mov %eax, %cr3
    mov $2, %ebx
1:  xor %eax, %eax /* neither PAE nor paging */
    vmmcall
    mov %cr4, %eax
    or $0x20, %eax
    mov %eax, %cr4
    mov $1, %eax /* PAE, no paging */
    vmmcall
    mov %cr0, %eax
    or $0x80000000, %eax
    mov %eax, %cr0
    mov $2, %eax /* compatibility mode */
    vmmcall
    mov %cr0, %eax
    and $0x7fffffff, %eax
    mov %eax, %cr0
    mov $3, %eax /* PAE, no paging */
    vmmcall
    mov %cr4, %eax
    and $0xffffffdf, %eax
    mov %eax, %cr4
    dec %ebx
    jnz 1b
    mov $4, %eax
    vmmcall
    guest_end long_mode

/* Chooses its own XCR0. */
    guest xcr0, 64
    mov %cr4, %rax
    or $0x40000, %eax
    mov %rax, %cr4
    xor %ecx, %ecx
    xor %edx, %edx
    mov $3, %eax
    xsetbv
    mov $1, %eax
    vmmcall
    xor %ecx, %ecx
    xgetbv
    mov %rax, %rbx
    mov $2, %eax
    vmmcall
    guest_end xcr0

/* Takes the XCR0 in RDI, keeps what it finds in its registers, and loads others. */
    guest xsave, 64
    mov %cr4, %rax
    or $0x40000, %eax
    mov %rax, %cr4
    xor %ecx, %ecx
    xor %edx, %edx
    mov %edi, %eax
    xsetbv
    mov %edi, %eax
    xsave64 GUEST_XSAVE_FOUND
    xrstor64 GUEST_XSAVE_GIVEN
    vmmcall
    guest_end xsave

/*
 * NMIs. The handler counts them at GUEST_DATA, the program its rounds at GUEST_DATA + 8; RDI says
 * what the handler does between its two hypercalls, and before its IRET.
 */
    guest nmi, 64
1:  incq GUEST_DATA + 8
    mov $1, %eax
    vmmcall
    jmp 1b
    guest_end nmi

    guest nmi_handler, 64
    incq GUEST_DATA
    mov $0x100, %eax
    vmmcall
    test $1, %dil
    jz 1f
    ud2
1:  mov $0x101, %eax
    vmmcall
    test $2, %dil
    jz 2f
    pushfq
    orq $0x100, (%rsp)
    popfq
2:  iretq
    guest_end nmi_handler

    guest ud_handler, 64
    addq $2, (%rsp)
    mov $0x102, %eax
    vmmcall
    iretq
    guest_end ud_handler

    guest db_handler, 64
    mov $0x103, %eax
    vmmcall
    iretq
    guest_end db_handler

    guest fault_handler, 64
    mov $0x104, %eax
    vmmcall
    add $8, %rsp
    iretq
    guest_end fault_handler

/* TSC_AUX as RDTSCP gives it to RCX, and where RDI is set, RDPID to RBX. */
    guest tsc_aux, 64
1:  rdtscp
    test %edi, %edi
    jz 2f
    rdpid %rbx
2:  vmmcall
    jmp 1b
    guest_end tsc_aux

/* Reads GUEST_FAR, and says what it found. */
    guest look, 64
1:  mov GUEST_FAR, %rbx
    mov $1, %eax
    vmmcall
    jmp 1b
    guest_end look

/*
 * Benchmarks: the least TSC difference of an operation in 64 rounds, in RBX. RDI: that of nothing.
 * The monitor answers exits with RAX = 0 by doing nothing.
 */
    .macro measure_begin
    mov $-1, %r14
    mov $64, %r15d
1:  rdtsc
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, %r13
    .endm
    .macro measure_end
    rdtsc
    shl $32, %rdx
    or %rdx, %rax
    sub %r13, %rax
    cmp %r14, %rax
    cmovb %rax, %r14
    dec %r15d
    jnz 1b
    mov %r14, %rbx
    mov $1, %eax
    vmmcall
    .endm

    guest bench_nothing, 64
    measure_begin
    measure_end
    guest_end bench_nothing

    guest bench_cpuid, 64
    measure_begin
    xor %eax, %eax
    cpuid
    measure_end
    guest_end bench_cpuid

    guest bench_port, 64
    measure_begin
    in $0x21, %al
    measure_end
    guest_end bench_port

    guest bench_rdmsr, 64
    measure_begin
    mov $0xc0000080, %ecx
    rdmsr
    measure_end
    guest_end bench_rdmsr

    guest bench_hypercall, 64
    measure_begin
    xor %eax, %eax
    vmmcall
    measure_end
    guest_end bench_hypercall

    guest bench_memory, 64
    measure_begin
    mov GUEST_HOLE, %eax
    .byte 0x0f, 0x1f, 0x00 /* what the monitor skips to */
    measure_end
    guest_end bench_memory

    .section .note.GNU-stack, "", @progbits
