/* SPDX-License-Identifier: BSD-2-Clause */
/* tsc: prints the time-stamp counter, in hexadecimal. For the guest, without a C library. */
#define SYS_WRITE 1
#define SYS_EXIT  60

.global _start
_start:
    rdtsc
    shl $32, %rdx
    or %rdx, %rax
    sub $24, %rsp
    movb $'\n', 16(%rsp)
    mov $16, %ecx
1:  mov %eax, %edx
    and $15, %edx
    movzbl digits(%rdx), %edx
    dec %ecx
    mov %dl, (%rsp, %rcx)
    shr $4, %rax
    test %ecx, %ecx
    jnz 1b
    mov $SYS_WRITE, %eax
    mov $1, %edi
    mov %rsp, %rsi
    mov $17, %edx
    syscall
    mov $SYS_EXIT, %eax
    xor %edi, %edi
    syscall

.section .rodata
digits:
    .ascii "0123456789abcdef"

.section .note.GNU-stack, "", @progbits
