/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits and object sizes (log2 of bytes).
 */
#pragma once

#include <sel4/config.h>
#include <sel4/types.h>

#define seL4_WordBits           64
#define seL4_WordSizeBits       3
#define seL4_SlotBits           5
#define seL4_TCBBits            11
#define seL4_EndpointBits       4
#define seL4_NotificationBits   5
#define seL4_PageBits           12
#define seL4_LargePageBits      21
#define seL4_HugePageBits       30
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
#define seL4_NumASIDPoolsBits   3
#define seL4_ASIDPoolBits       12
#define seL4_ASIDPoolIndexBits  9
#define seL4_IOPageTableBits    12
#define seL4_X86_VCPUBits       15
#define seL4_X86_EPTPML4Bits    12
#define seL4_X86_EPTPDPTBits    12
#define seL4_X86_EPTPDBits      12
#define seL4_X86_EPTPTBits      12
#define seL4_MinUntypedBits     4
#define seL4_MaxUntypedBits     47
#define seL4_IPCBufferSizeBits  10
#define seL4_IPCBufferAlignBits 10
#define seL4_UserTop            0x00007ffffffff000ul
#define seL4_UserVSpaceTop      seL4_UserTop

#define seL4_MsgLengthBits        7
#define seL4_MsgExtraCapBits      2
#define seL4_MsgMaxLength         120
#define seL4_MsgMaxExtraCaps      3
#define seL4_FastMessageRegisters 4
#define seL4_BadgeBits            64
#define seL4_GuardSizeBits        6
#define seL4_GuardBits            58
#define seL4_MinPrio              0
#define seL4_MaxPrio              (CONFIG_NUM_PRIORITIES - 1)
#define seL4_IRQHandlerUserCount  108 /* vectors for seL4_IRQControl_GetIOAPIC and GetMSI */

#define SEL4_PRI_word "lu"

/* No capability is ever at this address in the initial CSpace. */
#define seL4_CapRightsNone 0
