/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that touches memory when told to, and then faults on purpose with a privileged
 * instruction, which tells success apart from a page fault.
 */
#include "probe.h"

#define GENERAL_PROTECTION 13

static void touch(seL4_Word address, seL4_Word how)
{
    volatile char *p = (volatile char *)address;
    if (how == PROBE_READ)
        (void)*p;
    else if (how == PROBE_WRITE)
        *p = PROBE_RETURN_INSTRUCTION;
    else
        ((void (*)(void))address)();
    __asm__ volatile("hlt");
}

bool probe_make(struct probe *p)
{
    p->fault_ep = make(seL4_EndpointObject, 0);
    return thread_make(&p->thread, touch, 0, 0, LOWER, p->fault_ep) &&
           seL4_TCB_ReadRegisters(p->thread.tcb, false, 0, seL4_UserContext_Words, &p->start) ==
               seL4_NoError;
}

seL4_Word probe_touch(struct probe *p, volatile void *address, enum probe_access how)
{
    seL4_UserContext regs = p->start;
    regs.rsi = (seL4_Word)address;
    regs.rdx = how;
    if (seL4_TCB_WriteRegisters(p->thread.tcb, true, 0, seL4_UserContext_Words, &regs) !=
        seL4_NoError)
        return ~0ul;
    seL4_Word fault = seL4_MessageInfo_get_label(seL4_Recv(p->fault_ep, NULL));
    if (fault == seL4_Fault_UserException &&
        seL4_GetMR(seL4_UserException_Number) == GENERAL_PROTECTION)
        return 0;
    p->address = seL4_GetMR(seL4_VMFault_Addr);
    p->code = seL4_GetMR(seL4_VMFault_FSR);
    return fault;
}
