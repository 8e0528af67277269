/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits of messages, priorities and capabilities; with it come the constants of the architecture.
 */
#pragma once

#include <sel4/arch/constants.h>
#include <sel4/config.h>
#include <sel4/sel4_arch/constants.h>

#define seL4_MsgMaxExtraCaps         (LIBSEL4_BIT(seL4_MsgExtraCapBits) - 1)
#define seL4_CapRightsBits           4
#define seL4_BadgeBits               64
#define seL4_GuardSizeBits           6
#define seL4_GuardBits               58
#define seL4_UntypedRetypeMaxObjects CONFIG_RETYPE_FAN_OUT_LIMIT

#ifndef __ASSEMBLER__
#include <sel4/errors.h>

enum priorityConstants {
    seL4_InvalidPrio = -1,
    seL4_MinPrio = 0,
    seL4_MaxPrio = CONFIG_NUM_PRIORITIES - 1,
};

enum seL4_MsgLimits {
    seL4_MsgLengthBits = 7,
    seL4_MsgExtraCapBits = 2,
    seL4_MsgMaxLength = 120,
};

/* For seL4_TCB_SetFlags(). */
__extension__ typedef enum {
    seL4_TCBFlag_NoFlag = 0,
    seL4_TCBFlag_fpuDisabled = 1, /* the thread must not use the FPU: it faults if it does */
    seL4_TCBFlag_MASK = seL4_TCBFlag_fpuDisabled,
    SEL4_FORCE_LONG_ENUM(seL4_TCBFlag),
} seL4_TCBFlag;

/* What a fault handler's message is about: its label. */
typedef enum seL4_Fault_tag {
    seL4_Fault_NullFault = 0,
    seL4_Fault_CapFault = 1,
    seL4_Fault_UnknownSyscall = 2,
    seL4_Fault_UserException = 3,
    seL4_Fault_VMFault = 5,
} seL4_Fault_tag_t;

__extension__ typedef enum {
    seL4_CapFault_IP,
    seL4_CapFault_Addr,
    seL4_CapFault_InRecvPhase,
    seL4_CapFault_LookupFailureType,
    seL4_CapFault_BitsLeft,
    seL4_CapFault_DepthMismatch_BitsFound,
    seL4_CapFault_GuardMismatch_GuardFound = seL4_CapFault_DepthMismatch_BitsFound,
    seL4_CapFault_GuardMismatch_BitsFound,
    seL4_CapFault_Length,
    SEL4_FORCE_LONG_ENUM(seL4_CapFault_Msg),
} seL4_CapFault_Msg;

#endif
