/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of objects of the x86-64 architecture. Message layouts: invocation.h. Those of
 * virtual CPUs: vcpu_invocations.h.
 */
#pragma once

#include <sel4/interfaces.h>

/* --- address spaces --- */
#define SEL4_TABLE_STUBS(object, type, parent, map_label, unmap_label, attributes)                 \
    LIBSEL4_INLINE seL4_Error seL4_X86_##object##_Map(type _service, parent root, seL4_Word vaddr, \
                                                      attributes attr)                             \
    {                                                                                              \
        struct sel4_message m = {0, 0, {vaddr, (seL4_Word)attr}};                                  \
        seL4_SetCap(0, root);                                                                      \
        return sel4_invoke(_service, map_label, 1, 2, &m);                                         \
    }                                                                                              \
    LIBSEL4_INLINE seL4_Error seL4_X86_##object##_Unmap(type _service)                             \
    {                                                                                              \
        struct sel4_message m = {0, 0, {0}};                                                       \
        return sel4_invoke(_service, unmap_label, 0, 0, &m);                                       \
    }

SEL4_TABLE_STUBS(PDPT, seL4_X86_PDPT, seL4_X64_PML4, X86PDPTMap, X86PDPTUnmap,
                 seL4_X86_VMAttributes)
SEL4_TABLE_STUBS(PageDirectory, seL4_X86_PageDirectory, seL4_X64_PML4, X86PageDirectoryMap,
                 X86PageDirectoryUnmap, seL4_X86_VMAttributes)
SEL4_TABLE_STUBS(PageTable, seL4_X86_PageTable, seL4_X64_PML4, X86PageTableMap, X86PageTableUnmap,
                 seL4_X86_VMAttributes)
SEL4_TABLE_STUBS(EPTPDPT, seL4_X86_EPTPDPT, seL4_X86_EPTPML4, X86EPTPDPTMap, X86EPTPDPTUnmap,
                 seL4_X86_EPT_VMAttributes)
SEL4_TABLE_STUBS(EPTPD, seL4_X86_EPTPD, seL4_X86_EPTPML4, X86EPTPDMap, X86EPTPDUnmap,
                 seL4_X86_EPT_VMAttributes)
SEL4_TABLE_STUBS(EPTPT, seL4_X86_EPTPT, seL4_X86_EPTPML4, X86EPTPTMap, X86EPTPTUnmap,
                 seL4_X86_EPT_VMAttributes)

LIBSEL4_INLINE seL4_Error seL4_X86_Page_Map(seL4_X86_Page _service, seL4_X64_PML4 vspace,
                                            seL4_Word vaddr, seL4_CapRights_t rights,
                                            seL4_X86_VMAttributes attr)
{
    struct sel4_message m = {0, 0, {vaddr, rights.words[0], (seL4_Word)attr}};
    seL4_SetCap(0, vspace);
    return sel4_invoke(_service, X86PageMap, 1, 3, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_Page_Unmap(seL4_X86_Page _service)
{
    struct sel4_message m = {0, 0, {0}};
    return sel4_invoke(_service, X86PageUnmap, 0, 0, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_Page_MapEPT(seL4_X86_Page _service, seL4_X86_EPTPML4 root,
                                               seL4_Word guest_paddr, seL4_CapRights_t rights,
                                               seL4_X86_EPT_VMAttributes attr)
{
    struct sel4_message m = {0, 0, {guest_paddr, rights.words[0], (seL4_Word)attr}};
    seL4_SetCap(0, root);
    return sel4_invoke(_service, X86PageMapEPT, 1, 3, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_Page_MapIO(seL4_X86_Page _service, seL4_X86_IOSpace iospace,
                                              seL4_CapRights_t rights, seL4_Word ioaddr)
{
    struct sel4_message m = {0, 0, {ioaddr, rights.words[0]}};
    seL4_SetCap(0, iospace);
    return sel4_invoke(_service, X86PageMapIO, 1, 2, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_IOPageTable_Map(seL4_X86_IOPageTable _service,
                                                   seL4_X86_IOSpace iospace, seL4_Word ioaddr)
{
    struct sel4_message m = {0, 0, {ioaddr}};
    seL4_SetCap(0, iospace);
    return sel4_invoke(_service, X86IOPageTableMap, 1, 1, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_IOPageTable_Unmap(seL4_X86_IOPageTable _service)
{
    struct sel4_message m = {0, 0, {0}};
    return sel4_invoke(_service, X86IOPageTableUnmap, 0, 0, &m);
}

/* Ours: who is told when an access of the device to memory has been refused. */
LIBSEL4_INLINE seL4_Error seL4_X86_IOSpace_SetNotification(seL4_X86_IOSpace _service,
                                                           seL4_CPtr notification)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_SetCap(0, notification);
    return sel4_invoke(_service, X86IOSpaceSetNotification, 1, 0, &m);
}

typedef struct seL4_X86_IOSpace_GetFault {
    int error;
    seL4_Word faulted; /* 0: nothing was refused since the last time */
    seL4_Word address, write, reason;
} seL4_X86_IOSpace_GetFault_t;

/* Ours: what was refused first. From now on the next refusal is told. */
LIBSEL4_INLINE seL4_X86_IOSpace_GetFault_t seL4_X86_IOSpace_GetFault(seL4_X86_IOSpace _service)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_X86_IOSpace_GetFault_t r = {(int)sel4_invoke(_service, X86IOSpaceGetFault, 0, 0, &m), 0, 0,
                                     0, 0};
    r.faulted = m.mr[0];
    r.address = m.mr[1];
    r.write = m.mr[2];
    r.reason = m.mr[3];
    return r;
}

typedef struct seL4_X86_Page_GetAddress {
    int error;
    seL4_Word paddr;
} seL4_X86_Page_GetAddress_t;

LIBSEL4_INLINE seL4_X86_Page_GetAddress_t seL4_X86_Page_GetAddress(seL4_X86_Page _service)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_X86_Page_GetAddress_t result = {(int)sel4_invoke(_service, X86PageGetAddress, 0, 0, &m),
                                         0};
    result.paddr = m.mr[0];
    return result;
}

LIBSEL4_INLINE seL4_Error seL4_X86_ASIDControl_MakePool(seL4_X86_ASIDControl _service,
                                                        seL4_Untyped untyped, seL4_CNode root,
                                                        seL4_Word index, seL4_Uint8 depth)
{
    struct sel4_message m = {0, 0, {index, depth}};
    seL4_SetCap(0, untyped);
    seL4_SetCap(1, root);
    return sel4_invoke(_service, X86ASIDControlMakePool, 2, 2, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_ASIDPool_Assign(seL4_X86_ASIDPool _service, seL4_CPtr vspace)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_SetCap(0, vspace);
    return sel4_invoke(_service, X86ASIDPoolAssign, 1, 0, &m);
}

/* --- I/O ports --- */
LIBSEL4_INLINE seL4_Error seL4_X86_IOPortControl_Issue(seL4_X86_IOPortControl _service,
                                                       seL4_Word first_port, seL4_Word last_port,
                                                       seL4_CNode root, seL4_Word index,
                                                       seL4_Uint8 depth)
{
    struct sel4_message m = {0, 0, {first_port, last_port, index, depth}};
    seL4_SetCap(0, root);
    return sel4_invoke(_service, X86IOPortControlIssue, 1, 4, &m);
}

#define SEL4_IOPORT_STUBS(bits)                                                                    \
    typedef struct seL4_X86_IOPort_In##bits {                                                      \
        int error;                                                                                 \
        seL4_Uint##bits result;                                                                    \
    } seL4_X86_IOPort_In##bits##_t;                                                                \
    LIBSEL4_INLINE seL4_X86_IOPort_In##bits##_t seL4_X86_IOPort_In##bits(seL4_X86_IOPort _service, \
                                                                         seL4_Uint16 port)         \
    {                                                                                              \
        struct sel4_message m = {0, 0, {port}};                                                    \
        seL4_X86_IOPort_In##bits##_t result = {                                                    \
            (int)sel4_invoke(_service, X86IOPortIn##bits, 0, 1, &m), 0};                           \
        result.result = (seL4_Uint##bits)m.mr[0];                                                  \
        return result;                                                                             \
    }                                                                                              \
    LIBSEL4_INLINE seL4_Error seL4_X86_IOPort_Out##bits(seL4_X86_IOPort _service, seL4_Word port,  \
                                                        seL4_Word data)                            \
    {                                                                                              \
        struct sel4_message m = {0, 0, {port, data}};                                              \
        return sel4_invoke(_service, X86IOPortOut##bits, 0, 2, &m);                                \
    }

SEL4_IOPORT_STUBS(8)
SEL4_IOPORT_STUBS(16)
SEL4_IOPORT_STUBS(32)

/* --- interrupts --- */
LIBSEL4_INLINE seL4_Error seL4_IRQControl_GetIOAPIC(seL4_IRQControl _service, seL4_CNode root,
                                                    seL4_Word index, seL4_Uint8 depth,
                                                    seL4_Word ioapic, seL4_Word pin,
                                                    seL4_Word level, seL4_Word polarity,
                                                    seL4_Word vector)
{
    struct sel4_message m = {0, 0, {index, depth, ioapic, pin}};
    seL4_SetCap(0, root);
    seL4_SetMR(4, level);
    seL4_SetMR(5, polarity);
    seL4_SetMR(6, vector);
    return sel4_invoke(_service, X86IRQIssueIRQHandlerIOAPIC, 1, 7, &m);
}

typedef struct seL4_X86_IRQHandler_GetMessage {
    int error;
    seL4_Word address, data;
    seL4_Word remapped; /* 1: from no other function will this be taken */
} seL4_X86_IRQHandler_GetMessage_t;

/* Ours: what a function has to write, and where, for its interrupt (MSI) to arrive. */
LIBSEL4_INLINE seL4_X86_IRQHandler_GetMessage_t
seL4_X86_IRQHandler_GetMessage(seL4_IRQHandler _service)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_X86_IRQHandler_GetMessage_t r = {
        (int)sel4_invoke(_service, X86IRQHandlerGetMessage, 0, 0, &m), 0, 0, 0};
    r.address = m.mr[0];
    r.data = m.mr[1];
    r.remapped = m.mr[2];
    return r;
}

LIBSEL4_INLINE seL4_Error seL4_IRQControl_GetMSI(seL4_IRQControl _service, seL4_CNode root,
                                                 seL4_Word index, seL4_Uint8 depth,
                                                 seL4_Word pci_bus, seL4_Word pci_dev,
                                                 seL4_Word pci_func, seL4_Word handle,
                                                 seL4_Word vector)
{
    struct sel4_message m = {0, 0, {index, depth, pci_bus, pci_dev}};
    seL4_SetCap(0, root);
    seL4_SetMR(4, pci_func);
    seL4_SetMR(5, handle);
    seL4_SetMR(6, vector);
    return sel4_invoke(_service, X86IRQIssueIRQHandlerMSI, 1, 7, &m);
}
