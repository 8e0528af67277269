/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of the micro-benchmark guest. On the bare machine a Multiboot loader enters here, in a
 * virtual machine Linux's 32-bit boot protocol does: either way in protected mode with flat
 * segments and without paging. Goes on to long mode with the first 4 GiB mapped one to one, because
 * that is the mode in which guests live, then calls bench_main().
 */
#define MULTIBOOT_MAGIC 0x1badb002
#define CR0_PG_PE       0x80000001
#define CR4_PAE         0x20
#define MSR_EFER        0xc0000080
#define EFER_LME        0x100
#define PAGE_RW         0x3
#define PAGE_RW_LARGE   0x83
#define PAGE_UNCACHED   0x18
#define SELECTOR_CODE   0x08
#define SELECTOR_DATA   0x10

.section .multiboot, "a"
.balign 4
.long MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

.section .text.start, "ax"
.code32
.global bench_start
bench_start:
    cli
    mov $stack_top, %esp
    /* PDPT: four page directories of 2 MiB pages */
    mov $pdpt, %edi
    mov $directories + PAGE_RW, %eax
    mov $4, %ecx
1:  mov %eax, (%edi)
    add $0x1000, %eax
    add $8, %edi
    loop 1b
    movl $pdpt + PAGE_RW, pml4
    mov $directories, %edi
    mov $PAGE_RW_LARGE, %eax
    mov $4 * 512, %ecx
2:  mov %eax, (%edi)
    cmp $0xfe000000, %eax   /* the top 32 MiB hold devices */
    jb 3f
    orl $PAGE_UNCACHED, (%edi)
3:  add $0x200000, %eax
    add $8, %edi
    loop 2b
    mov $pml4, %eax
    mov %eax, %cr3
    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov $MSR_EFER, %ecx
    rdmsr
    or $EFER_LME, %eax
    wrmsr
    mov $CR0_PG_PE, %eax
    mov %eax, %cr0
    lgdt gdt_pointer
    ljmp $SELECTOR_CODE, $4f
.code64
4:  mov $SELECTOR_DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    call bench_main
5:  hlt
    jmp 5b

/* The timer's interrupt: count it, acknowledge it (the register's address is 0xfee000b0). */
.global bench_interrupt
bench_interrupt:
    push %rax
    incl bench_interrupts(%rip)
    mov $0xfee000b0, %eax
    movl $0, (%rax)
    pop %rax
    iretq

.section .data
.balign 8
gdt:
    .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
gdt_pointer:
    .word . - gdt - 1
    .long gdt

.section .bss
.balign 4096
pml4:
    .skip 4096
pdpt:
    .skip 4096
directories:
    .skip 4 * 4096
    .skip 16384
stack_top:

.section .note.GNU-stack, "", @progbits
