/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words, rights, message info and registers of the API. Bit layouts follow the published API.
 */
#pragma once

#include <sel4/config.h>
#include <sel4/macros.h>
#include <stddef.h>
#include <stdint.h>

typedef int8_t seL4_Int8;
typedef int16_t seL4_Int16;
typedef int32_t seL4_Int32;
typedef int64_t seL4_Int64;
typedef uint8_t seL4_Uint8;
typedef uint16_t seL4_Uint16;
typedef uint32_t seL4_Uint32;
typedef uint64_t seL4_Uint64;
typedef uint64_t seL4_Word;
typedef seL4_Word seL4_CPtr;
typedef seL4_Word seL4_NodeId;
typedef seL4_Word seL4_PAddr;
typedef seL4_Word seL4_Domain;
typedef seL4_Word seL4_SlotPos;
typedef seL4_Int8 seL4_Bool;

#define seL4_True  1
#define seL4_False 0
#define seL4_Null  0

typedef seL4_CPtr seL4_CNode;
typedef seL4_CPtr seL4_IRQHandler;
typedef seL4_CPtr seL4_IRQControl;
typedef seL4_CPtr seL4_TCB;
typedef seL4_CPtr seL4_Untyped;
typedef seL4_CPtr seL4_DomainSet;
typedef seL4_CPtr seL4_Endpoint;
typedef seL4_CPtr seL4_Notification;
typedef seL4_CPtr seL4_X86_ASIDControl;
typedef seL4_CPtr seL4_X86_ASIDPool;
typedef seL4_CPtr seL4_X86_IOSpace;
typedef seL4_CPtr seL4_X86_IOPort;
typedef seL4_CPtr seL4_X86_IOPortControl;
typedef seL4_CPtr seL4_X86_Page;
typedef seL4_CPtr seL4_X64_PML4;
typedef seL4_CPtr seL4_X86_PDPT;
typedef seL4_CPtr seL4_X86_PageDirectory;
typedef seL4_CPtr seL4_X86_PageTable;
typedef seL4_CPtr seL4_X86_IOPageTable;
typedef seL4_CPtr seL4_X86_VCPU;
typedef seL4_CPtr seL4_X86_EPTPML4;
typedef seL4_CPtr seL4_X86_EPTPDPT;
typedef seL4_CPtr seL4_X86_EPTPD;
typedef seL4_CPtr seL4_X86_EPTPT;

#define seL4_NilData 0

/* --- rights: bit 0 write, 1 read, 2 grant, 3 grant-reply --- */
typedef struct seL4_CapRights {
    seL4_Word words[1];
} seL4_CapRights_t;

LIBSEL4_INLINE seL4_CapRights_t seL4_CapRights_new(seL4_Word grant_reply, seL4_Word grant,
                                                   seL4_Word read, seL4_Word write)
{
    return (seL4_CapRights_t){
        {(grant_reply & 1) << 3 | (grant & 1) << 2 | (read & 1) << 1 | (write & 1)}};
}

LIBSEL4_INLINE seL4_Word seL4_CapRights_get_capAllowWrite(seL4_CapRights_t rights)
{
    return rights.words[0] & 1;
}

LIBSEL4_INLINE seL4_Word seL4_CapRights_get_capAllowRead(seL4_CapRights_t rights)
{
    return rights.words[0] >> 1 & 1;
}

LIBSEL4_INLINE seL4_Word seL4_CapRights_get_capAllowGrant(seL4_CapRights_t rights)
{
    return rights.words[0] >> 2 & 1;
}

LIBSEL4_INLINE seL4_Word seL4_CapRights_get_capAllowGrantReply(seL4_CapRights_t rights)
{
    return rights.words[0] >> 3 & 1;
}

#define seL4_CapRightsBits   4
#define seL4_AllRights       seL4_CapRights_new(1, 1, 1, 1)
#define seL4_NoRights        seL4_CapRights_new(0, 0, 0, 0)
#define seL4_CanRead         seL4_CapRights_new(0, 0, 1, 0)
#define seL4_CanWrite        seL4_CapRights_new(0, 0, 0, 1)
#define seL4_CanGrant        seL4_CapRights_new(0, 1, 0, 0)
#define seL4_CanGrantReply   seL4_CapRights_new(1, 0, 0, 0)
#define seL4_ReadWrite       seL4_CapRights_new(0, 0, 1, 1)
#define seL4_ReadGrant       seL4_CapRights_new(0, 1, 1, 0)
#define seL4_ReadGrantReply  seL4_CapRights_new(1, 0, 1, 0)
#define seL4_WriteGrant      seL4_CapRights_new(0, 1, 0, 1)
#define seL4_WriteGrantReply seL4_CapRights_new(1, 0, 0, 1)

/* --- message info: label 52, caps unwrapped 3, extra caps 2, length 7 --- */
typedef struct seL4_MessageInfo {
    seL4_Word words[1];
} seL4_MessageInfo_t;

LIBSEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label, seL4_Word caps_unwrapped,
                                                       seL4_Word extra_caps, seL4_Word length)
{
    return (seL4_MessageInfo_t){
        {label << 12 | (caps_unwrapped & 7) << 9 | (extra_caps & 3) << 7 | (length & 0x7f)}};
}

LIBSEL4_INLINE seL4_Word seL4_MessageInfo_get_label(seL4_MessageInfo_t info)
{
    return info.words[0] >> 12;
}

LIBSEL4_INLINE seL4_Word seL4_MessageInfo_get_capsUnwrapped(seL4_MessageInfo_t info)
{
    return info.words[0] >> 9 & 7;
}

LIBSEL4_INLINE seL4_Word seL4_MessageInfo_get_extraCaps(seL4_MessageInfo_t info)
{
    return info.words[0] >> 7 & 3;
}

LIBSEL4_INLINE seL4_Word seL4_MessageInfo_get_length(seL4_MessageInfo_t info)
{
    return info.words[0] & 0x7f;
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_label(seL4_MessageInfo_t info,
                                                             seL4_Word label)
{
    return (seL4_MessageInfo_t){{(info.words[0] & 0xfff) | label << 12}};
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_capsUnwrapped(seL4_MessageInfo_t info,
                                                                     seL4_Word caps)
{
    return (seL4_MessageInfo_t){{(info.words[0] & ~0xe00ul) | (caps & 7) << 9}};
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_extraCaps(seL4_MessageInfo_t info,
                                                                 seL4_Word caps)
{
    return (seL4_MessageInfo_t){{(info.words[0] & ~0x180ul) | (caps & 3) << 7}};
}

LIBSEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_length(seL4_MessageInfo_t info,
                                                              seL4_Word length)
{
    return (seL4_MessageInfo_t){{(info.words[0] & ~0x7ful) | (length & 0x7f)}};
}

/* --- CNode capability data: guard 58, guard size 6 --- */
typedef struct seL4_CNode_CapData {
    seL4_Word words[1];
} seL4_CNode_CapData_t;

LIBSEL4_INLINE seL4_CNode_CapData_t seL4_CNode_CapData_new(seL4_Word guard, seL4_Word guard_size)
{
    return (seL4_CNode_CapData_t){{guard << 6 | (guard_size & 0x3f)}};
}

LIBSEL4_INLINE seL4_Word seL4_CNode_CapData_get_guard(seL4_CNode_CapData_t data)
{
    return data.words[0] >> 6;
}

LIBSEL4_INLINE seL4_Word seL4_CNode_CapData_get_guardSize(seL4_CNode_CapData_t data)
{
    return data.words[0] & 0x3f;
}

/* --- registers of a thread --- */
typedef struct seL4_UserContext_ {
    seL4_Word rip, rsp, rflags, rax, rbx, rcx, rdx, rsi, rdi, rbp;
    seL4_Word r8, r9, r10, r11, r12, r13, r14, r15;
    seL4_Word fs_base, gs_base;
} seL4_UserContext;

#define seL4_UserContext_Words (sizeof(seL4_UserContext) / sizeof(seL4_Word))

/* --- how frames are mapped --- */
typedef enum {
    seL4_X86_Default_VMAttributes = 0,
    seL4_X86_WriteBack = 0,
    seL4_X86_WriteThrough = 1,
    seL4_X86_CacheDisabled = 2,
    seL4_X86_Uncacheable = 3,
    seL4_X86_WriteCombining = 4,
    SEL4_FORCE_LONG_ENUM(seL4_X86_VMAttributes),
} seL4_X86_VMAttributes;

typedef enum {
    seL4_X86_EPT_Uncached_VMAttributes = 0,
    seL4_X86_EPT_Uncacheable = 0,
    seL4_X86_EPT_WriteCombining = 1,
    seL4_X86_EPT_WriteThrough = 4,
    seL4_X86_EPT_WriteProtected = 5,
    seL4_X86_EPT_WriteBack = 6,
    seL4_X86_EPT_Default_VMAttributes = 6,
    SEL4_FORCE_LONG_ENUM(seL4_X86_EPT_VMAttributes),
} seL4_X86_EPT_VMAttributes;
