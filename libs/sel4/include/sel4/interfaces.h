/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of objects that every architecture has. Message layouts: invocation.h. When one
 * fails, the details of the error are in message registers 0 to 3.
 */
#pragma once

#include <sel4/errors.h>
#include <sel4/invocation.h>
#include <sel4/objecttype.h>
#include <sel4/syscalls.h>

/* Call `service`; `m->mr` holds the first four words both ways. Further ones: the IPC buffer. */
LIBSEL4_INLINE seL4_Error sel4_invoke(seL4_CPtr service, seL4_Word label, seL4_Word caps,
                                      seL4_Word length, struct sel4_message *m)
{
    m->cap = service;
    m->info = seL4_MessageInfo_new(label, 0, caps, length).words[0];
    sel4_syscall(seL4_SysCall, m);
    seL4_Error error = (seL4_Error)(m->info >> 12);
    if (error != seL4_NoError)
        sel4_put_mrs(m);
    return error;
}

LIBSEL4_INLINE seL4_Error seL4_Untyped_Retype(seL4_Untyped _service, seL4_Word type,
                                              seL4_Word size_bits, seL4_CNode root,
                                              seL4_Word node_index, seL4_Word node_depth,
                                              seL4_Word node_offset, seL4_Word num_objects)
{
    struct sel4_message m = {0, 0, {type, size_bits, node_index, node_depth}};
    seL4_SetCap(0, root);
    seL4_SetMR(4, node_offset);
    seL4_SetMR(5, num_objects);
    return sel4_invoke(_service, UntypedRetype, 1, 6, &m);
}

/* --- threads --- */
LIBSEL4_INLINE seL4_Error seL4_TCB_ReadRegisters(seL4_TCB _service, seL4_Bool suspend_source,
                                                 seL4_Uint8 arch_flags, seL4_Word count,
                                                 seL4_UserContext *regs)
{
    (void)arch_flags;
    struct sel4_message m = {0, 0, {(seL4_Word)suspend_source & 1, count}};
    seL4_Error error = sel4_invoke(_service, TCBReadRegisters, 0, 2, &m);
    if (error != seL4_NoError)
        return error;
    seL4_Word *to = (seL4_Word *)regs;
    for (seL4_Word i = 0; i < count && i < seL4_UserContext_Words; i++)
        to[i] = i < seL4_FastMessageRegisters ? m.mr[i] : seL4_GetMR((int)i);
    return seL4_NoError;
}

LIBSEL4_INLINE seL4_Error seL4_TCB_WriteRegisters(seL4_TCB _service, seL4_Bool resume_target,
                                                  seL4_Uint8 arch_flags, seL4_Word count,
                                                  seL4_UserContext *regs)
{
    (void)arch_flags;
    const seL4_Word *from = (const seL4_Word *)regs;
    if (count > seL4_UserContext_Words)
        count = seL4_UserContext_Words;
    struct sel4_message m = {
        0,
        0,
        {(seL4_Word)resume_target & 1, count, count > 0 ? from[0] : 0, count > 1 ? from[1] : 0}};
    for (seL4_Word i = 2; i < count; i++)
        seL4_SetMR((int)i + 2, from[i]);
    return sel4_invoke(_service, TCBWriteRegisters, 0, 2 + count, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_CopyRegisters(seL4_TCB _service, seL4_TCB source,
                                                 seL4_Bool suspend_source, seL4_Bool resume_target,
                                                 seL4_Bool transfer_frame,
                                                 seL4_Bool transfer_integer, seL4_Uint8 arch_flags)
{
    (void)arch_flags;
    struct sel4_message m = {
        0,
        0,
        {(seL4_Word)(suspend_source & 1) | (seL4_Word)(resume_target & 1) << 1 |
         (seL4_Word)(transfer_frame & 1) << 2 | (seL4_Word)(transfer_integer & 1) << 3}};
    seL4_SetCap(0, source);
    return sel4_invoke(_service, TCBCopyRegisters, 1, 1, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Configure(seL4_TCB _service, seL4_Word fault_ep,
                                             seL4_CNode cspace_root, seL4_Word cspace_root_data,
                                             seL4_CPtr vspace_root, seL4_Word vspace_root_data,
                                             seL4_Word buffer, seL4_CPtr bufferFrame)
{
    struct sel4_message m = {0, 0, {fault_ep, cspace_root_data, vspace_root_data, buffer}};
    seL4_SetCap(0, cspace_root);
    seL4_SetCap(1, vspace_root);
    seL4_SetCap(2, bufferFrame);
    return sel4_invoke(_service, TCBConfigure, 3, 4, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetPriority(seL4_TCB _service, seL4_CPtr authority,
                                               seL4_Word priority)
{
    struct sel4_message m = {0, 0, {priority}};
    seL4_SetCap(0, authority);
    return sel4_invoke(_service, TCBSetPriority, 1, 1, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetMCPriority(seL4_TCB _service, seL4_CPtr authority,
                                                 seL4_Word mcp)
{
    struct sel4_message m = {0, 0, {mcp}};
    seL4_SetCap(0, authority);
    return sel4_invoke(_service, TCBSetMCPriority, 1, 1, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetSchedParams(seL4_TCB _service, seL4_CPtr authority,
                                                  seL4_Word mcp, seL4_Word priority)
{
    struct sel4_message m = {0, 0, {mcp, priority}};
    seL4_SetCap(0, authority);
    return sel4_invoke(_service, TCBSetSchedParams, 1, 2, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetIPCBuffer(seL4_TCB _service, seL4_Word buffer,
                                                seL4_CPtr bufferFrame)
{
    struct sel4_message m = {0, 0, {buffer}};
    seL4_SetCap(0, bufferFrame);
    return sel4_invoke(_service, TCBSetIPCBuffer, 1, 1, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetSpace(seL4_TCB _service, seL4_Word fault_ep,
                                            seL4_CNode cspace_root, seL4_Word cspace_root_data,
                                            seL4_CPtr vspace_root, seL4_Word vspace_root_data)
{
    struct sel4_message m = {0, 0, {fault_ep, cspace_root_data, vspace_root_data}};
    seL4_SetCap(0, cspace_root);
    seL4_SetCap(1, vspace_root);
    return sel4_invoke(_service, TCBSetSpace, 2, 3, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Suspend(seL4_TCB _service)
{
    struct sel4_message m = {0, 0, {0}};
    return sel4_invoke(_service, TCBSuspend, 0, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Resume(seL4_TCB _service)
{
    struct sel4_message m = {0, 0, {0}};
    return sel4_invoke(_service, TCBResume, 0, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_BindNotification(seL4_TCB _service, seL4_CPtr notification)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_SetCap(0, notification);
    return sel4_invoke(_service, TCBBindNotification, 1, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_UnbindNotification(seL4_TCB _service)
{
    struct sel4_message m = {0, 0, {0}};
    return sel4_invoke(_service, TCBUnbindNotification, 0, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetAffinity(seL4_TCB _service, seL4_Word affinity)
{
    struct sel4_message m = {0, 0, {affinity}};
    return sel4_invoke(_service, TCBSetAffinity, 0, 1, &m);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetTLSBase(seL4_TCB _service, seL4_Word tls_base)
{
    struct sel4_message m = {0, 0, {tls_base}};
    return sel4_invoke(_service, TCBSetTLSBase, 0, 1, &m);
}

typedef struct seL4_TCB_SetFlags {
    int error;
    seL4_Word flags; /* those that are set now */
} seL4_TCB_SetFlags_t;

/* `clear` and `set`: bits of seL4_TCBFlag; what is in both gets set. */
LIBSEL4_INLINE seL4_TCB_SetFlags_t seL4_TCB_SetFlags(seL4_TCB _service, seL4_Word clear,
                                                     seL4_Word set)
{
    struct sel4_message m = {0, 0, {clear, set}};
    seL4_TCB_SetFlags_t result = {(int)sel4_invoke(_service, TCBSetFlags, 0, 2, &m), 0};
    result.flags = m.mr[0];
    return result;
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetEPTRoot(seL4_TCB _service, seL4_CPtr eptpml4)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_SetCap(0, eptpml4);
    return sel4_invoke(_service, TCBSetEPTRoot, 1, 0, &m);
}

/* --- CNodes --- */
LIBSEL4_INLINE seL4_Error seL4_CNode_Revoke(seL4_CNode _service, seL4_Word index, seL4_Uint8 depth)
{
    struct sel4_message m = {0, 0, {index, depth}};
    return sel4_invoke(_service, CNodeRevoke, 0, 2, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Delete(seL4_CNode _service, seL4_Word index, seL4_Uint8 depth)
{
    struct sel4_message m = {0, 0, {index, depth}};
    return sel4_invoke(_service, CNodeDelete, 0, 2, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_CancelBadgedSends(seL4_CNode _service, seL4_Word index,
                                                       seL4_Uint8 depth)
{
    struct sel4_message m = {0, 0, {index, depth}};
    return sel4_invoke(_service, CNodeCancelBadgedSends, 0, 2, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Copy(seL4_CNode _service, seL4_Word dest_index,
                                          seL4_Uint8 dest_depth, seL4_CNode src_root,
                                          seL4_Word src_index, seL4_Uint8 src_depth,
                                          seL4_CapRights_t rights)
{
    struct sel4_message m = {0, 0, {dest_index, dest_depth, src_index, src_depth}};
    seL4_SetCap(0, src_root);
    seL4_SetMR(4, rights.words[0]);
    return sel4_invoke(_service, CNodeCopy, 1, 5, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Mint(seL4_CNode _service, seL4_Word dest_index,
                                          seL4_Uint8 dest_depth, seL4_CNode src_root,
                                          seL4_Word src_index, seL4_Uint8 src_depth,
                                          seL4_CapRights_t rights, seL4_Word badge)
{
    struct sel4_message m = {0, 0, {dest_index, dest_depth, src_index, src_depth}};
    seL4_SetCap(0, src_root);
    seL4_SetMR(4, rights.words[0]);
    seL4_SetMR(5, badge);
    return sel4_invoke(_service, CNodeMint, 1, 6, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Move(seL4_CNode _service, seL4_Word dest_index,
                                          seL4_Uint8 dest_depth, seL4_CNode src_root,
                                          seL4_Word src_index, seL4_Uint8 src_depth)
{
    struct sel4_message m = {0, 0, {dest_index, dest_depth, src_index, src_depth}};
    seL4_SetCap(0, src_root);
    return sel4_invoke(_service, CNodeMove, 1, 4, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Mutate(seL4_CNode _service, seL4_Word dest_index,
                                            seL4_Uint8 dest_depth, seL4_CNode src_root,
                                            seL4_Word src_index, seL4_Uint8 src_depth,
                                            seL4_Word badge)
{
    struct sel4_message m = {0, 0, {dest_index, dest_depth, src_index, src_depth}};
    seL4_SetCap(0, src_root);
    seL4_SetMR(4, badge);
    return sel4_invoke(_service, CNodeMutate, 1, 5, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Rotate(seL4_CNode _service, seL4_Word dest_index,
                                            seL4_Uint8 dest_depth, seL4_Word dest_badge,
                                            seL4_CNode pivot_root, seL4_Word pivot_index,
                                            seL4_Uint8 pivot_depth, seL4_Word pivot_badge,
                                            seL4_CNode src_root, seL4_Word src_index,
                                            seL4_Uint8 src_depth)
{
    struct sel4_message m = {0, 0, {dest_index, dest_depth, dest_badge, pivot_index}};
    seL4_SetCap(0, pivot_root);
    seL4_SetCap(1, src_root);
    seL4_SetMR(4, pivot_depth);
    seL4_SetMR(5, pivot_badge);
    seL4_SetMR(6, src_index);
    seL4_SetMR(7, src_depth);
    return sel4_invoke(_service, CNodeRotate, 2, 8, &m);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_SaveCaller(seL4_CNode _service, seL4_Word index,
                                                seL4_Uint8 depth)
{
    struct sel4_message m = {0, 0, {index, depth}};
    return sel4_invoke(_service, CNodeSaveCaller, 0, 2, &m);
}

/* --- interrupts, domains --- */
LIBSEL4_INLINE seL4_Error seL4_IRQControl_Get(seL4_IRQControl _service, seL4_Word irq,
                                              seL4_CNode root, seL4_Word index, seL4_Uint8 depth)
{
    struct sel4_message m = {0, 0, {irq, index, depth}};
    seL4_SetCap(0, root);
    return sel4_invoke(_service, IRQIssueIRQHandler, 1, 3, &m);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_Ack(seL4_IRQHandler _service)
{
    struct sel4_message m = {0, 0, {0}};
    return sel4_invoke(_service, IRQAckIRQ, 0, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_SetNotification(seL4_IRQHandler _service,
                                                          seL4_CPtr notification)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_SetCap(0, notification);
    return sel4_invoke(_service, IRQSetIRQHandler, 1, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_Clear(seL4_IRQHandler _service)
{
    struct sel4_message m = {0, 0, {0}};
    return sel4_invoke(_service, IRQClearIRQHandler, 0, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_DomainSet_Set(seL4_DomainSet _service, seL4_Uint8 domain,
                                             seL4_TCB thread)
{
    struct sel4_message m = {0, 0, {domain}};
    seL4_SetCap(0, thread);
    return sel4_invoke(_service, DomainSetSet, 1, 1, &m);
}
