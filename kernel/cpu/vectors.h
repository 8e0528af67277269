/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who uses which of the processor's 256 interrupt vectors. The assembler reads this too.
 *
 *   0x00 .. 0x1f  exceptions
 *   0x20 .. 0x2f  ISA interrupts, by seL4_IRQControl_Get
 *   0x30 .. 0x9b  vectors that user programs choose (seL4_IRQControl_GetIOAPIC and GetMSI)
 *   0xe0          the local APIC's timer
 *   0xe1          a device's access to memory was refused (iommu/)
 *   0xff          spurious
 */
#pragma once

/* Exceptions (AMD64 APM volume 2, table 8-1). */
#define VECTOR_DE         0
#define VECTOR_DB         1
#define VECTOR_NMI        2
#define VECTOR_BP         3
#define VECTOR_OF         4
#define VECTOR_UD         6
#define VECTOR_NM         7
#define VECTOR_DF         8
#define VECTOR_TS         10
#define VECTOR_NP         11
#define VECTOR_SS         12
#define VECTOR_GP         13
#define VECTOR_PF         14
#define VECTOR_MF         16
#define VECTOR_AC         17
#define VECTOR_MC         18
#define VECTOR_XM         19
#define VECTOR_EXCEPTIONS 32 /* vectors below are the processor's */

/* Bit n: the processor pushes an error code for exception n. */
#define VECTORS_WITH_ERROR_CODE 0x60227d00 /* 8, 10 to 14, 17, 21, 29, 30 */
/* What stands for it where none was pushed: no exception came, but an interrupt of that vector. */
#define ERROR_CODE_MISSING      -1

/* What a SYSCALL leaves in the place of a vector. */
#define VECTOR_SYSCALL 0x100

#define VECTOR_ISA_FIRST  0x20
#define VECTOR_USER_FIRST 0x30
#define VECTOR_USER_LAST  0x9b
#define VECTOR_TIMER      0xe0
#define VECTOR_IOMMU      0xe1
#define VECTOR_SPURIOUS   0xff

/* Interrupt numbers as capabilities hold them: the vector, counted from the first ISA one. */
#define IRQ_COUNT      (VECTOR_USER_LAST - VECTOR_ISA_FIRST + 1)
#define IRQ_ISA_COUNT  16
#define IRQ_USER_FIRST (VECTOR_USER_FIRST - VECTOR_ISA_FIRST)
#define IRQ_USER_COUNT (VECTOR_USER_LAST - VECTOR_USER_FIRST + 1)
