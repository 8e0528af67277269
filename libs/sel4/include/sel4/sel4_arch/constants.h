/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes of x86-64 (log2 of bytes; of tables also log2 of entries), and what stands where in the
 * messages of faults. Assembly may include this, for the sizes.
 */
#pragma once

#include <sel4/macros.h>

#define seL4_WordBits     64
#define seL4_WordSizeBits 3

#define seL4_SlotBits         5
#define seL4_TCBBits          11
#define seL4_EndpointBits     4
#define seL4_NotificationBits 5
#define seL4_MinUntypedBits   4
#define seL4_MaxUntypedBits   47

#define seL4_PageBits      12
#define seL4_LargePageBits 21
#define seL4_HugePageBits  30

#define seL4_PageTableBits      12
#define seL4_PageTableEntryBits 3
#define seL4_PageTableIndexBits 9
#define seL4_PageDirBits        12
#define seL4_PageDirEntryBits   3
#define seL4_PageDirIndexBits   9
#define seL4_PDPTBits           12
#define seL4_PDPTEntryBits      3
#define seL4_PDPTIndexBits      9
#define seL4_PML4Bits           12
#define seL4_PML4EntryBits      3
#define seL4_PML4IndexBits      9
#define seL4_VSpaceBits         seL4_PML4Bits
#define seL4_VSpaceIndexBits    seL4_PML4IndexBits
#define seL4_NumASIDPoolsBits   3
#define seL4_ASIDPoolBits       12
#define seL4_ASIDPoolIndexBits  9
#define seL4_IOPageTableBits    12

#define seL4_IPCBufferSizeBits  10
#define seL4_IPCBufferAlignBits 10

/* The first address that is not the user's. */
#define seL4_UserTop       0x00007ffffffff000
#define seL4_UserVSpaceTop seL4_UserTop

#define seL4_FastMessageRegisters 4

/* seL4_VMFault_PrefetchFault */
#define seL4_DataFault        0
#define seL4_InstructionFault 1

#ifndef __ASSEMBLER__

__extension__ typedef enum {
    seL4_VMFault_IP,
    seL4_VMFault_Addr,
    seL4_VMFault_PrefetchFault,
    seL4_VMFault_FSR,
    seL4_VMFault_Length,
    SEL4_FORCE_LONG_ENUM(seL4_VMFault_Msg),
} seL4_VMFault_Msg;

/* A reply may change all of these but the last. */
__extension__ typedef enum {
    seL4_UnknownSyscall_RAX,
    seL4_UnknownSyscall_RBX,
    seL4_UnknownSyscall_RCX,
    seL4_UnknownSyscall_RDX,
    seL4_UnknownSyscall_RSI,
    seL4_UnknownSyscall_RDI,
    seL4_UnknownSyscall_RBP,
    seL4_UnknownSyscall_R8,
    seL4_UnknownSyscall_R9,
    seL4_UnknownSyscall_R10,
    seL4_UnknownSyscall_R11,
    seL4_UnknownSyscall_R12,
    seL4_UnknownSyscall_R13,
    seL4_UnknownSyscall_R14,
    seL4_UnknownSyscall_R15,
    seL4_UnknownSyscall_FaultIP,
    seL4_UnknownSyscall_SP,
    seL4_UnknownSyscall_FLAGS,
    seL4_UnknownSyscall_Syscall,
    seL4_UnknownSyscall_Length,
    SEL4_FORCE_LONG_ENUM(seL4_UnknownSyscall_Msg),
} seL4_UnknownSyscall_Msg;

/* A reply may change the first three. */
__extension__ typedef enum {
    seL4_UserException_FaultIP,
    seL4_UserException_SP,
    seL4_UserException_FLAGS,
    seL4_UserException_Number,
    seL4_UserException_Code,
    seL4_UserException_Length,
    SEL4_FORCE_LONG_ENUM(seL4_UserException_Msg),
} seL4_UserException_Msg;

#endif
