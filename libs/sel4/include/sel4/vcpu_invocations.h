/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual CPUs: entering the guest, and the invocations of the VCPU object. Meanings: vcpu.h and
 * docs/vcpu.md.
 */
#pragma once

#include <sel4/interfaces.h>
#include <sel4/vcpu.h>

/*
 * Runs the guest of this thread's VCPU; the message is seL4_VCPUMessage(), both ways. Returns
 * SEL4_VMENTER_RESULT_*; *sender is the badge of the signal that ended the guest's run, if one did.
 * Vector and x87 registers come back in their initial state, which is all that the C calling
 * convention asks for.
 */
LIBSEL4_INLINE seL4_Word seL4_VMEnter(seL4_Word *sender)
{
    seL4_Word number = (seL4_Word)seL4_SysVMEnter, badge = 0, result = 0;
    __asm__ volatile("syscall"
                     : "+a"(number), "+D"(badge), "+S"(result)
                     :
                     : "rcx", "r11", "memory"
#ifdef __SSE__
                       ,
                       "st", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
#endif
    );
    if (sender)
        *sender = badge;
    return result;
}

/* The message of seL4_VMEnter(), in this thread's IPC buffer. */
LIBSEL4_INLINE struct seL4_VCPURun *seL4_VCPUMessage(void)
{
    return (struct seL4_VCPURun *)seL4_GetIPCBuffer()->msg;
}

/* Bind the VCPU to the thread that will run its guest; replaces earlier bindings of both. */
LIBSEL4_INLINE seL4_Error seL4_X86_VCPU_SetTCB(seL4_X86_VCPU _service, seL4_TCB tcb)
{
    struct sel4_message m = {0, 0, {0}};
    seL4_SetCap(0, tcb);
    return sel4_invoke(_service, X86VCPUSetTCB, 1, 0, &m);
}

typedef struct seL4_X86_VCPU_ReadState {
    int error;
    seL4_Word value;
} seL4_X86_VCPU_ReadState_t;

/* `field`: enum seL4_VCPUState, for both. */
LIBSEL4_INLINE seL4_X86_VCPU_ReadState_t seL4_X86_VCPU_ReadState(seL4_X86_VCPU _service,
                                                                 seL4_Word field)
{
    struct sel4_message m = {0, 0, {field}};
    seL4_X86_VCPU_ReadState_t result = {(int)sel4_invoke(_service, X86VCPUReadState, 0, 1, &m), 0};
    result.value = m.mr[0];
    return result;
}

LIBSEL4_INLINE seL4_Error seL4_X86_VCPU_WriteState(seL4_X86_VCPU _service, seL4_Word field,
                                                   seL4_Word value)
{
    struct sel4_message m = {0, 0, {field, value}};
    return sel4_invoke(_service, X86VCPUWriteState, 0, 2, &m);
}

/* Let the guest use ports itself, both ends included; all must lie in the capability's range. */
LIBSEL4_INLINE seL4_Error seL4_X86_VCPU_EnableIOPort(seL4_X86_VCPU _service, seL4_X86_IOPort ioport,
                                                     seL4_Word low, seL4_Word high)
{
    struct sel4_message m = {0, 0, {low, high}};
    seL4_SetCap(0, ioport);
    return sel4_invoke(_service, X86VCPUEnableIOPort, 1, 2, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_VCPU_DisableIOPort(seL4_X86_VCPU _service, seL4_Word low,
                                                      seL4_Word high)
{
    struct sel4_message m = {0, 0, {low, high}};
    return sel4_invoke(_service, X86VCPUDisableIOPort, 0, 2, &m);
}

/* Let the guest use a model-specific register itself: one of those that are switched with it. */
LIBSEL4_INLINE seL4_Error seL4_X86_VCPU_EnableMSR(seL4_X86_VCPU _service, seL4_Word msr)
{
    struct sel4_message m = {0, 0, {msr}};
    return sel4_invoke(_service, X86VCPUEnableMSR, 0, 1, &m);
}

LIBSEL4_INLINE seL4_Error seL4_X86_VCPU_DisableMSR(seL4_X86_VCPU _service, seL4_Word msr)
{
    struct sel4_message m = {0, 0, {msr}};
    return sel4_invoke(_service, X86VCPUDisableMSR, 0, 1, &m);
}
