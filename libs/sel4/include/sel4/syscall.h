/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System call numbers (in RAX). All other numbers are unknown system calls, which the thread's
 * fault handler gets to see.
 */
#pragma once

#include <sel4/config.h>
#include <sel4/macros.h>

__extension__ typedef enum seL4_Syscall_ID {
    seL4_SysCall = -1,
    seL4_SysReplyRecv = -2,
    seL4_SysSend = -3,
    seL4_SysNBSend = -4,
    seL4_SysRecv = -5,
    seL4_SysReply = -6,
    seL4_SysYield = -7,
    seL4_SysNBRecv = -8,
    seL4_SysSetTLSBase = -9,
    seL4_SysVMEnter = -10,
#ifdef CONFIG_PRINTING
    seL4_SysDebugPutChar = -11,
    seL4_SysDebugPutString = -12,
    seL4_SysDebugDumpScheduler = -13,
#endif
#ifdef CONFIG_DEBUG_BUILD
    seL4_SysDebugHalt = -14,
    seL4_SysDebugCapIdentify = -15,
    seL4_SysDebugSnapshot = -16,
    seL4_SysDebugNameThread = -17,
#endif
    SEL4_FORCE_LONG_ENUM(seL4_Syscall_ID),
} seL4_Syscall_ID;
