/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the Multiboot loader's 32-bit world to boot_main() in 64-bit mode in the upper half.
 *
 * The tables made here map the first 4 GiB of physical memory in 2 MiB pages, three times: at zero
 * (where this code runs), in the physical window, and, its first GiB only, at KERNEL_BASE. They
 * serve until boot/paging.c has built the real ones.
 *
 * Rests on: Multiboot Specification 0.6.96; AMD64 APM volume 2, section 14.8 (entering long mode).
 */
#include "cpu/memory.h"
#include "multiboot.h"

#define PHYS(symbol) ((symbol) - KERNEL_BASE)

#define PTE_TABLE    0x003 /* present, writable */
#define PTE_LARGE    0x083 /* present, writable, 2 MiB */
#define CR0_START    0x80010033 /* PG, WP, NE, ET, MP, PE */
#define CR4_START    0x000000a0 /* PGE, PAE */
#define MSR_EFER     0xc0000080
#define EFER_LME_BIT 8
#define COM1         0x3f8

    .section .multiboot, "a"
    .balign 8
multiboot_header:
    .long MULTIBOOT_HEADER_MAGIC
    .long MULTIBOOT_HEADER_FLAGS
    .long -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS)
    .long PHYS(multiboot_header)
    .long PHYS(kernel_start)
    .long PHYS(kernel_data_end)
    .long PHYS(kernel_end)
    .long PHYS(multiboot_entry)
#ifdef MULTIBOOT_GFX_TYPE
    .long MULTIBOOT_GFX_TYPE
    .long MULTIBOOT_GFX_WIDTH
    .long MULTIBOOT_GFX_HEIGHT
    .long MULTIBOOT_GFX_DEPTH
#endif

    .section .boot.text, "ax"
    .code32
    .globl multiboot_entry
multiboot_entry:
    cli
    cld
    movl $PHYS(boot_stack_top), %esp
    movl %eax, %ebp
    movl %ebx, %esi

    movl $PHYS(text_not_multiboot), %edi
    cmpl $MULTIBOOT_LOADER_MAGIC, %ebp
    jne refuse

    movl $PHYS(text_no_long_mode), %edi
    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb refuse
    movl $0x80000001, %eax
    cpuid
    btl $29, %edx
    jnc refuse

    /* 2048 large pages. */
    movl $PHYS(boot_pd), %edi
    movl $PTE_LARGE, %eax
    movl $2048, %ecx
1:  movl %eax, (%edi)
    movl $0, 4(%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b

    /* One PDPT of four entries serves the identity map and the window. */
    movl $PHYS(boot_pdpt), %edi
    movl $(PHYS(boot_pd) + PTE_TABLE), %eax
    movl $4, %ecx
2:  movl %eax, (%edi)
    addl $0x1000, %eax
    addl $8, %edi
    loop 2b
    movl $(PHYS(boot_pd) + PTE_TABLE), PHYS(boot_pdpt_high) + 510 * 8

    movl $(PHYS(boot_pdpt) + PTE_TABLE), PHYS(boot_pml4)
    movl $(PHYS(boot_pdpt) + PTE_TABLE), PHYS(boot_pml4) + 256 * 8
    movl $(PHYS(boot_pdpt_high) + PTE_TABLE), PHYS(boot_pml4) + 511 * 8

    movl $CR4_START, %eax
    movl %eax, %cr4
    movl $PHYS(boot_pml4), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    btsl $EFER_LME_BIT, %eax
    wrmsr
    movl $CR0_START, %eax
    movl %eax, %cr0
    lgdt PHYS(boot_gdtr)
    ljmp $SELECTOR_KERNEL_CODE, $PHYS(long_mode)

/* Prints the text at EDI on COM1 and stops. */
refuse:
    movb (%edi), %bl
    testb %bl, %bl
    jz 3f
    movl $100000, %ecx
    movw $(COM1 + 5), %dx
4:  inb %dx, %al
    testb $0x20, %al
    loopz 4b
    movw $COM1, %dx
    movb %bl, %al
    outb %al, %dx
    incl %edi
    jmp refuse
3:  hlt
    jmp 3b

    .code64
long_mode:
    movabsq $upper_half, %rax
    jmp *%rax

upper_half:
    movw $SELECTOR_KERNEL_DATA, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    xorl %eax, %eax
    movw %ax, %fs
    movw %ax, %gs
    movq $boot_stack_top, %rsp
    movl %esi, %edi /* the Multiboot information */
    xorl %ebp, %ebp
    pushq $0
    jmp boot_main

    .section .boot.data, "aw"
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff
    .quad 0x00cf93000000ffff
boot_gdtr:
    .word . - boot_gdt - 1
    .long PHYS(boot_gdt)
text_not_multiboot:
    .asciz "Caisson: the kernel must be started by a Multiboot 1 loader.\r\n"
text_no_long_mode:
    .asciz "Caisson: this processor lacks 64-bit mode (CPUID 8000_0001 EDX bit 29).\r\n"

    .section .boot.bss, "aw", @nobits
    .balign 4096
boot_pml4:
    .skip 4096
boot_pdpt:
    .skip 4096
boot_pdpt_high:
    .skip 4096
boot_pd:
    .skip 4 * 4096
    .globl boot_stack_guard
boot_stack_guard: /* not mapped any more once there are the real tables */
    .skip 4096
boot_stack:
    .skip 16384
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
