/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who uses which of the processor's 256 interrupt vectors. The assembler reads this too.
 *
 *   0x00 .. 0x1f  exceptions
 *   0x20 .. 0x2f  ISA interrupts, by seL4_IRQControl_Get
 *   0x30 .. 0x9b  vectors that user programs choose (seL4_IRQControl_GetIOAPIC and GetMSI)
 *   0xe0          the local APIC's timer
 *   0xff          spurious
 */
#pragma once

#define VECTOR_ISA_FIRST  0x20
#define VECTOR_USER_FIRST 0x30
#define VECTOR_USER_LAST  0x9b
#define VECTOR_TIMER      0xe0
#define VECTOR_SPURIOUS   0xff

/* Interrupt numbers as capabilities hold them: the vector, counted from the first ISA one. */
#define IRQ_COUNT      (VECTOR_USER_LAST - VECTOR_ISA_FIRST + 1)
#define IRQ_ISA_COUNT  16
#define IRQ_USER_FIRST (VECTOR_USER_FIRST - VECTOR_ISA_FIRST)
#define IRQ_USER_COUNT (VECTOR_USER_LAST - VECTOR_USER_FIRST + 1)
