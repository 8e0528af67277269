/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for <sel4/sel4.h> on the host: the API's types are the real ones, its calls are
 * implemented by fake_objects.c (memory, slots, mappings) and fake_ipc.c (threads' messages and
 * signals, on POSIX threads).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sel4/bootinfo_types.h>
#include <sel4/faults.h>

/* --- fake_ipc.c --- */
void seL4_Signal(seL4_CPtr notification);
void seL4_Wait(seL4_CPtr notification, seL4_Word *badge);
seL4_MessageInfo_t seL4_Poll(seL4_CPtr notification, seL4_Word *badge);
void seL4_Yield(void);
seL4_MessageInfo_t seL4_Call(seL4_CPtr endpoint, seL4_MessageInfo_t info);
seL4_MessageInfo_t seL4_Recv(seL4_CPtr endpoint, seL4_Word *badge);
void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info);
seL4_Error seL4_CNode_SaveCaller(seL4_CPtr root, seL4_Word slot, uint8_t depth);
seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr endpoint, seL4_MessageInfo_t info, seL4_Word *badge);
seL4_Error seL4_TCB_Suspend(seL4_TCB tcb);

/* --- dma_test.c --- */
typedef struct seL4_X86_Page_GetAddress {
    int error;
    seL4_Word paddr;
} seL4_X86_Page_GetAddress_t;
seL4_X86_Page_GetAddress_t seL4_X86_Page_GetAddress(seL4_X86_Page frame);

/* --- fake_objects.c --- */
seL4_Error seL4_Untyped_Retype(seL4_Untyped untyped, seL4_Word type, seL4_Word size_bits,
                               seL4_CNode root, seL4_Word node_index, seL4_Word node_depth,
                               seL4_Word node_offset, seL4_Word count);
seL4_Error seL4_CNode_Delete(seL4_CNode root, seL4_Word index, seL4_Uint8 depth);
seL4_Error seL4_CNode_Copy(seL4_CNode root, seL4_Word index, seL4_Uint8 depth, seL4_CNode src_root,
                           seL4_Word src_index, seL4_Uint8 src_depth, seL4_CapRights_t rights);
seL4_Error seL4_CNode_Mint(seL4_CNode root, seL4_Word index, seL4_Uint8 depth, seL4_CNode src_root,
                           seL4_Word src_index, seL4_Uint8 src_depth, seL4_CapRights_t rights,
                           seL4_Word badge);
seL4_Error seL4_X86_Page_Map(seL4_X86_Page frame, seL4_CPtr root, seL4_Word vaddr,
                             seL4_CapRights_t rights, seL4_X86_VMAttributes attributes);
seL4_Error seL4_X86_PageTable_Map(seL4_CPtr table, seL4_CPtr root, seL4_Word vaddr,
                                  seL4_X86_VMAttributes attributes);
seL4_Error seL4_X86_PageDirectory_Map(seL4_CPtr table, seL4_CPtr root, seL4_Word vaddr,
                                      seL4_X86_VMAttributes attributes);
seL4_Error seL4_X86_PDPT_Map(seL4_CPtr table, seL4_CPtr root, seL4_Word vaddr,
                             seL4_X86_VMAttributes attributes);
seL4_Error seL4_X86_Page_MapEPT(seL4_X86_Page frame, seL4_CPtr root, seL4_Word vaddr,
                                seL4_CapRights_t rights, seL4_X86_EPT_VMAttributes attributes);
seL4_Error seL4_X86_EPTPT_Map(seL4_CPtr table, seL4_CPtr root, seL4_Word vaddr,
                              seL4_X86_EPT_VMAttributes attributes);
seL4_Error seL4_X86_EPTPD_Map(seL4_CPtr table, seL4_CPtr root, seL4_Word vaddr,
                              seL4_X86_EPT_VMAttributes attributes);
seL4_Error seL4_X86_EPTPDPT_Map(seL4_CPtr table, seL4_CPtr root, seL4_Word vaddr,
                                seL4_X86_EPT_VMAttributes attributes);
seL4_Error seL4_X86_Page_MapIO(seL4_X86_Page frame, seL4_CPtr iospace, seL4_CapRights_t rights,
                               seL4_Word ioaddr);
seL4_Error seL4_X86_IOPageTable_Map(seL4_CPtr table, seL4_CPtr iospace, seL4_Word ioaddr);
