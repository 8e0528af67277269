/* SPDX-License-Identifier: BSD-2-Clause */
/* mark: for a guest. Has count.c note how many instructions have been executed. */
#define SYS_EXIT 60

.global _start
_start:
    .byte 0x0f, 0x1f, 0x84, 0x00, 0x12, 0x55, 0x15, 0xca
    xor %edi, %edi
    mov $SYS_EXIT, %eax
    syscall
