/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls. Registers at SYSCALL: RAX number; RDI capability, on return the badge; RSI message
 * info, both ways; RDX, R8, R9, R10 the first four message words, both ways. The kernel keeps all
 * others but RCX and R11, which the instruction itself destroys.
 */
#pragma once

#include <sel4/functions.h>
#include <sel4/syscall.h>

/* All that goes into a system call and comes out of it. */
struct sel4_message {
    seL4_Word cap; /* in: capability; out: badge */
    seL4_Word info;
    seL4_Word mr[seL4_FastMessageRegisters];
};

LIBSEL4_INLINE void sel4_syscall(seL4_Int64 number, struct sel4_message *m)
{
    register seL4_Word mr1 __asm__("r8") = m->mr[1];
    register seL4_Word mr2 __asm__("r9") = m->mr[2];
    register seL4_Word mr3 __asm__("r10") = m->mr[3];
    __asm__ volatile("syscall"
                     : "+a"(number), "+D"(m->cap), "+S"(m->info), "+d"(m->mr[0]), "+r"(mr1),
                       "+r"(mr2), "+r"(mr3)
                     :
                     : "rcx", "r11", "memory");
    m->mr[1] = mr1;
    m->mr[2] = mr2;
    m->mr[3] = mr3;
}

/* The same where nothing comes back. */
LIBSEL4_INLINE void sel4_syscall_out(seL4_Int64 number, seL4_Word cap, seL4_Word info)
{
    struct sel4_message m = {cap, info, {0}};
    sel4_syscall(number, &m);
}

/* --- messages whose words lie in the IPC buffer --- */
LIBSEL4_INLINE void sel4_take_mrs(struct sel4_message *m)
{
    for (int i = 0; i < seL4_FastMessageRegisters; i++)
        m->mr[i] = seL4_GetMR(i);
}

LIBSEL4_INLINE void sel4_put_mrs(const struct sel4_message *m)
{
    for (int i = 0; i < seL4_FastMessageRegisters; i++)
        seL4_SetMR(i, m->mr[i]);
}

LIBSEL4_INLINE seL4_MessageInfo_t sel4_result(const struct sel4_message *m, seL4_Word *sender)
{
    if (sender)
        *sender = m->cap;
    seL4_MessageInfo_t info = {{m->info}};
    return info;
}

LIBSEL4_INLINE void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct sel4_message m = {dest, msgInfo.words[0], {0}};
    sel4_take_mrs(&m);
    sel4_syscall(seL4_SysSend, &m);
}

LIBSEL4_INLINE void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct sel4_message m = {dest, msgInfo.words[0], {0}};
    sel4_take_mrs(&m);
    sel4_syscall(seL4_SysNBSend, &m);
}

LIBSEL4_INLINE void seL4_Reply(seL4_MessageInfo_t msgInfo)
{
    struct sel4_message m = {0, msgInfo.words[0], {0}};
    sel4_take_mrs(&m);
    sel4_syscall(seL4_SysReply, &m);
}

LIBSEL4_INLINE void seL4_Signal(seL4_CPtr dest)
{
    sel4_syscall_out(seL4_SysSend, dest, 0);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_message m = {src, 0, {0}};
    sel4_syscall(seL4_SysRecv, &m);
    sel4_put_mrs(&m);
    return sel4_result(&m, sender);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_message m = {src, 0, {0}};
    sel4_syscall(seL4_SysNBRecv, &m);
    sel4_put_mrs(&m);
    return sel4_result(&m, sender);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct sel4_message m = {dest, msgInfo.words[0], {0}};
    sel4_take_mrs(&m);
    sel4_syscall(seL4_SysCall, &m);
    sel4_put_mrs(&m);
    return sel4_result(&m, 0);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                 seL4_Word *sender)
{
    struct sel4_message m = {src, msgInfo.words[0], {0}};
    sel4_take_mrs(&m);
    sel4_syscall(seL4_SysReplyRecv, &m);
    sel4_put_mrs(&m);
    return sel4_result(&m, sender);
}

LIBSEL4_INLINE void seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_message m = {src, 0, {0}};
    sel4_syscall(seL4_SysRecv, &m);
    sel4_result(&m, sender);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_NBRecv(src, sender);
}

LIBSEL4_INLINE void seL4_Yield(void)
{
    sel4_syscall_out(seL4_SysYield, 0, 0);
}

/* --- messages in registers only; a null pointer leaves that word out --- */
LIBSEL4_INLINE void sel4_take_words(struct sel4_message *m, const seL4_Word *mr0,
                                    const seL4_Word *mr1, const seL4_Word *mr2,
                                    const seL4_Word *mr3)
{
    m->mr[0] = mr0 ? *mr0 : 0;
    m->mr[1] = mr1 ? *mr1 : 0;
    m->mr[2] = mr2 ? *mr2 : 0;
    m->mr[3] = mr3 ? *mr3 : 0;
}

LIBSEL4_INLINE void sel4_put_words(const struct sel4_message *m, seL4_Word *mr0, seL4_Word *mr1,
                                   seL4_Word *mr2, seL4_Word *mr3)
{
    if (mr0)
        *mr0 = m->mr[0];
    if (mr1)
        *mr1 = m->mr[1];
    if (mr2)
        *mr2 = m->mr[2];
    if (mr3)
        *mr3 = m->mr[3];
}

LIBSEL4_INLINE void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_Word *mr0,
                                     seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_message m = {dest, msgInfo.words[0], {0}};
    sel4_take_words(&m, mr0, mr1, mr2, mr3);
    sel4_syscall(seL4_SysSend, &m);
}

LIBSEL4_INLINE void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_Word *mr0,
                                       seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_message m = {dest, msgInfo.words[0], {0}};
    sel4_take_words(&m, mr0, mr1, mr2, mr3);
    sel4_syscall(seL4_SysNBSend, &m);
}

LIBSEL4_INLINE void seL4_ReplyWithMRs(seL4_MessageInfo_t msgInfo, seL4_Word *mr0, seL4_Word *mr1,
                                      seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_message m = {0, msgInfo.words[0], {0}};
    sel4_take_words(&m, mr0, mr1, mr2, mr3);
    sel4_syscall(seL4_SysReply, &m);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *sender, seL4_Word *mr0,
                                                   seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_message m = {src, 0, {0}};
    sel4_syscall(seL4_SysRecv, &m);
    sel4_put_words(&m, mr0, mr1, mr2, mr3);
    return sel4_result(&m, sender);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_NBRecvWithMRs(seL4_CPtr src, seL4_Word *sender,
                                                     seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                                     seL4_Word *mr3)
{
    struct sel4_message m = {src, 0, {0}};
    sel4_syscall(seL4_SysNBRecv, &m);
    sel4_put_words(&m, mr0, mr1, mr2, mr3);
    return sel4_result(&m, sender);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                   seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                                   seL4_Word *mr3)
{
    struct sel4_message m = {dest, msgInfo.words[0], {0}};
    sel4_take_words(&m, mr0, mr1, mr2, mr3);
    sel4_syscall(seL4_SysCall, &m);
    sel4_put_words(&m, mr0, mr1, mr2, mr3);
    return sel4_result(&m, 0);
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                        seL4_Word *sender, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2,
                                                        seL4_Word *mr3)
{
    struct sel4_message m = {src, msgInfo.words[0], {0}};
    sel4_take_words(&m, mr0, mr1, mr2, mr3);
    sel4_syscall(seL4_SysReplyRecv, &m);
    sel4_put_words(&m, mr0, mr1, mr2, mr3);
    return sel4_result(&m, sender);
}

/* --- the rest --- */
LIBSEL4_INLINE void seL4_SetTLSBase(seL4_Word tls_base)
{
    sel4_syscall_out(seL4_SysSetTLSBase, tls_base, 0);
}

/* --- debugging: where the kernel's build has it --- */
#ifdef CONFIG_PRINTING
LIBSEL4_INLINE void seL4_DebugPutChar(char c)
{
    sel4_syscall_out(seL4_SysDebugPutChar, (unsigned char)c, 0);
}

/* Text travels in the message registers, up to 32 bytes a call; their number in RDI. */
LIBSEL4_INLINE void seL4_DebugPutString(const char *text)
{
    while (*text) {
        struct sel4_message m = {0, 0, {0}};
        char *to = (char *)m.mr;
        while (*text && m.cap < sizeof(m.mr))
            to[m.cap++] = *text++;
        sel4_syscall(seL4_SysDebugPutString, &m);
    }
}

LIBSEL4_INLINE void seL4_DebugDumpScheduler(void)
{
    sel4_syscall_out(seL4_SysDebugDumpScheduler, 0, 0);
}

#endif /* CONFIG_PRINTING */

#ifdef CONFIG_DEBUG_BUILD
LIBSEL4_INLINE void seL4_DebugHalt(void)
{
    sel4_syscall_out(seL4_SysDebugHalt, 0, 0);
}

LIBSEL4_INLINE void seL4_DebugSnapshot(void)
{
    sel4_syscall_out(seL4_SysDebugSnapshot, 0, 0);
}

/* The type of a capability as the kernel numbers it; 0 for an empty slot. */
LIBSEL4_INLINE seL4_Uint32 seL4_DebugCapIdentify(seL4_CPtr cap)
{
    struct sel4_message m = {cap, 0, {0}};
    sel4_syscall(seL4_SysDebugCapIdentify, &m);
    return (seL4_Uint32)m.cap;
}

/* The name travels in the IPC buffer's message words. */
LIBSEL4_INLINE void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    char *to = (char *)seL4_GetIPCBuffer()->msg;
    unsigned i = 0;
    for (; i < seL4_MsgMaxLength * sizeof(seL4_Word) - 1 && name[i]; i++)
        to[i] = name[i];
    to[i] = 0;
    sel4_syscall_out(seL4_SysDebugNameThread, tcb, 0);
}
#endif /* CONFIG_DEBUG_BUILD */
