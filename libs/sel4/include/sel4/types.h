/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities, rights and message info. Bit layouts follow the published API.
 */
#pragma once

#include <sel4/arch/types.h>
#include <sel4/bitfield.h>
#include <sel4/constants.h>
#include <sel4/objecttype.h>
#include <sel4/syscall.h>

typedef seL4_Word seL4_NodeId;
typedef seL4_Word seL4_PAddr;
typedef seL4_Word seL4_Domain;
typedef seL4_Word seL4_SlotPos;
typedef seL4_Uint64 seL4_Time; /* microseconds */

typedef seL4_CPtr seL4_CNode;
typedef seL4_CPtr seL4_IRQHandler;
typedef seL4_CPtr seL4_IRQControl;
typedef seL4_CPtr seL4_TCB;
typedef seL4_CPtr seL4_Untyped;
typedef seL4_CPtr seL4_DomainSet;
typedef seL4_CPtr seL4_Endpoint;
typedef seL4_CPtr seL4_Notification;
/* For programs that serve kernels with scheduling contexts, too; no such object exists here. */
typedef seL4_CPtr seL4_SchedContext;
typedef seL4_CPtr seL4_SchedControl;

#define seL4_NilData 0

typedef struct seL4_CapRights {
    seL4_Word words[1];
} seL4_CapRights_t;

#define SEL4_CAP_RIGHTS_FIELDS(first, next, p, t)                                                  \
    first(capAllowGrantReply, 0, 3, 1, p, t) next(capAllowGrant, 0, 2, 1, p, t)                    \
        next(capAllowRead, 0, 1, 1, p, t) next(capAllowWrite, 0, 0, 1, p, t)
SEL4_BLOCK(seL4_CapRights, seL4_CapRights_t, 0, SEL4_CAP_RIGHTS_FIELDS)

#define seL4_AllRights       seL4_CapRights_new(1, 1, 1, 1)
#define seL4_NoRights        seL4_CapRights_new(0, 0, 0, 0)
#define seL4_NoRead          seL4_CapRights_new(1, 1, 0, 1)
#define seL4_NoWrite         seL4_CapRights_new(1, 1, 1, 0)
#define seL4_CanRead         seL4_CapRights_new(0, 0, 1, 0)
#define seL4_CanWrite        seL4_CapRights_new(0, 0, 0, 1)
#define seL4_CanGrant        seL4_CapRights_new(0, 1, 0, 0)
#define seL4_CanGrantReply   seL4_CapRights_new(1, 0, 0, 0)
#define seL4_ReadWrite       seL4_CapRights_new(0, 0, 1, 1)
#define seL4_ReadGrant       seL4_CapRights_new(0, 1, 1, 0)
#define seL4_ReadGrantReply  seL4_CapRights_new(1, 0, 1, 0)
#define seL4_WriteGrant      seL4_CapRights_new(0, 1, 0, 1)
#define seL4_WriteGrantReply seL4_CapRights_new(1, 0, 0, 1)

typedef struct seL4_MessageInfo {
    seL4_Word words[1];
} seL4_MessageInfo_t;

#define SEL4_MESSAGE_INFO_FIELDS(first, next, p, t)                                                \
    first(label, 0, 12, 52, p, t) next(capsUnwrapped, 0, 9, 3, p, t)                               \
        next(extraCaps, 0, 7, 2, p, t) next(length, 0, 0, 7, p, t)
SEL4_BLOCK(seL4_MessageInfo, seL4_MessageInfo_t, 0, SEL4_MESSAGE_INFO_FIELDS)

/* The guard of a CNode's capability, for seL4_CNode_Mint() and seL4_TCB_SetSpace(): words[0]. */
typedef struct seL4_CNode_CapData {
    seL4_Word words[1];
} seL4_CNode_CapData_t;

#define SEL4_CNODE_CAP_DATA_FIELDS(first, next, p, t)                                              \
    first(guard, 0, 6, 58, p, t) next(guardSize, 0, 0, 6, p, t)
SEL4_BLOCK(seL4_CNode_CapData, seL4_CNode_CapData_t, 0, SEL4_CNODE_CAP_DATA_FIELDS)
