/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Labels of invocations, with the layout of each message: words in MR0…, then the capabilities in
 * the order in which they are attached. `-> words` is the answer. Kernel and stubs both follow it.
 */
#pragma once

enum invocation_label {
    InvalidInvocation = 0,

    /* type, size_bits, node_index, node_depth, node_offset, count; root */
    UntypedRetype,

    /* flags (bit 0 suspend), count -> registers in the order of seL4_UserContext */
    TCBReadRegisters,
    /* flags (bit 0 resume), count, registers… */
    TCBWriteRegisters,
    /* flags (0 suspend source, 1 resume target, 2 frame, 3 integer); source */
    TCBCopyRegisters,
    /*
     * fault_ep, cspace_root_data, vspace_root_data, buffer; cspace, vspace, buffer_frame (0: none)
     */
    TCBConfigure,
    /* priority; authority */
    TCBSetPriority,
    /* mcp; authority */
    TCBSetMCPriority,
    /* mcp, priority; authority */
    TCBSetSchedParams,
    /* buffer; buffer_frame */
    TCBSetIPCBuffer,
    /* fault_ep, cspace_root_data, vspace_root_data; cspace, vspace */
    TCBSetSpace,
    TCBSuspend,
    TCBResume,
    /* ; notification */
    TCBBindNotification,
    TCBUnbindNotification,
    /* affinity */
    TCBSetAffinity,
    /* tls_base */
    TCBSetTLSBase,
    /* flags to clear, flags to set -> the flags that are set now */
    TCBSetFlags,
    /* ; second-level root */
    TCBSetEPTRoot,

    /* index, depth */
    CNodeRevoke,
    /* index, depth */
    CNodeDelete,
    /* index, depth */
    CNodeCancelBadgedSends,
    /* dest_index, dest_depth, src_index, src_depth, rights; src_root */
    CNodeCopy,
    /* dest_index, dest_depth, src_index, src_depth, rights, badge; src_root */
    CNodeMint,
    /* dest_index, dest_depth, src_index, src_depth; src_root */
    CNodeMove,
    /* dest_index, dest_depth, src_index, src_depth, badge; src_root */
    CNodeMutate,
    /*
     * dest_index, dest_depth, dest_badge, pivot_index, pivot_depth, pivot_badge, src_index,
     * src_depth; pivot_root, src_root
     */
    CNodeRotate,
    /* index, depth */
    CNodeSaveCaller,

    /* irq, index, depth; root */
    IRQIssueIRQHandler,
    IRQAckIRQ,
    /* ; notification */
    IRQSetIRQHandler,
    IRQClearIRQHandler,

    /* domain; thread */
    DomainSetSet,

    /* index, depth, ioapic, pin, level, polarity, vector; root */
    X86IRQIssueIRQHandlerIOAPIC,
    /* index, depth, pci_bus, pci_dev, pci_func, handle, vector; root */
    X86IRQIssueIRQHandlerMSI,

    /* vaddr, attributes; pml4 (for each of the three) */
    X86PDPTMap,
    X86PDPTUnmap,
    X86PageDirectoryMap,
    X86PageDirectoryUnmap,
    X86PageTableMap,
    X86PageTableUnmap,
    /* vaddr, rights, attributes; pml4 */
    X86PageMap,
    X86PageUnmap,
    /* ioaddr, rights; iospace */
    X86PageMapIO,
    /* -> paddr */
    X86PageGetAddress,
    /* guest-physical address, rights, EPT attributes; second-level root */
    X86PageMapEPT,
    /* ioaddr; iospace */
    X86IOPageTableMap,
    X86IOPageTableUnmap,
    /* index, depth; untyped, root */
    X86ASIDControlMakePool,
    /* ; vspace */
    X86ASIDPoolAssign,
    /* first_port, last_port, index, depth; root */
    X86IOPortControlIssue,
    /* port -> value */
    X86IOPortIn8,
    X86IOPortIn16,
    X86IOPortIn32,
    /* port, value */
    X86IOPortOut8,
    X86IOPortOut16,
    X86IOPortOut32,

    /* guest-physical address, attributes; second-level root (for each of the three) */
    X86EPTPDPTMap,
    X86EPTPDPTUnmap,
    X86EPTPDMap,
    X86EPTPDUnmap,
    X86EPTPTMap,
    X86EPTPTUnmap,

    /* ; thread */
    X86VCPUSetTCB,
    /* field -> value */
    X86VCPUReadState,
    /* field, value */
    X86VCPUWriteState,
    /* first_port, last_port; ioport */
    X86VCPUEnableIOPort,
    /* first_port, last_port */
    X86VCPUDisableIOPort,
    /* msr */
    X86VCPUEnableMSR,
    /* msr */
    X86VCPUDisableMSR,

    /* ; notification */
    X86IOSpaceSetNotification,
    /* -> whether a fault was told; address, whether it was a write, reason */
    X86IOSpaceGetFault,
    /* -> address, data, whether interrupts are remapped */
    X86IRQHandlerGetMessage,

    nInvocationLabels,
    /* seL4 counts the labels of its three parts; ours are in one. */
    nSeL4ArchInvocationLabels = nInvocationLabels,
    nArchInvocationLabels = nInvocationLabels,
};
