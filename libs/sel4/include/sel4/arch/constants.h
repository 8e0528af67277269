/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt vectors, and sizes of the objects for guests (log2 of bytes and of entries).
 */
#pragma once

/*
 * Vectors for seL4_IRQControl_GetIOAPIC() and GetMSI(): VECTOR_MIN to VECTOR_MAX. Who programs a
 * device's MSI writes the vector + IRQ_OFFSET.
 */
#define seL4_IRQHandlerUserCount 108
#define IRQ_OFFSET               0x30
#define VECTOR_MIN               0
#define VECTOR_MAX               (seL4_IRQHandlerUserCount - 1)
#define MSI_MIN                  VECTOR_MIN
#define MSI_MAX                  VECTOR_MAX

#define seL4_VCPUBits             15
#define seL4_X86_VCPUBits         seL4_VCPUBits
#define seL4_X86_EPTPML4Bits      12
#define seL4_X86_EPTPML4EntryBits 3
#define seL4_X86_EPTPML4IndexBits 9
#define seL4_X86_EPTPDPTBits      12
#define seL4_X86_EPTPDPTEntryBits 3
#define seL4_X86_EPTPDPTIndexBits 9
#define seL4_X86_EPTPDBits        12
#define seL4_X86_EPTPDEntryBits   3
#define seL4_X86_EPTPDIndexBits   9
#define seL4_X86_EPTPTBits        12
#define seL4_X86_EPTPTEntryBits   3
#define seL4_X86_EPTPTIndexBits   9
