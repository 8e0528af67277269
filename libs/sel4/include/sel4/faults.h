/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults as values: seL4_getFault() takes the message that a fault handler just received, and the
 * accessors take it apart.
 */
#pragma once

#include <sel4/functions.h>

typedef struct seL4_Fault {
    seL4_Word words[1 + seL4_UnknownSyscall_Length]; /* the kind, then the message */
} seL4_Fault_t;

LIBSEL4_INLINE seL4_Word seL4_Fault_get_seL4_FaultType(seL4_Fault_t fault)
{
    return fault.words[0];
}

LIBSEL4_INLINE seL4_Word seL4_Fault_ptr_get_seL4_FaultType(const seL4_Fault_t *fault)
{
    return fault->words[0];
}

LIBSEL4_INLINE int seL4_Fault_seL4_FaultType_equals(seL4_Fault_t fault, seL4_Word type)
{
    return fault.words[0] == type;
}

LIBSEL4_INLINE void seL4_Fault_NullFault_ptr_new(seL4_Fault_t *fault)
{
    const seL4_Fault_t empty = {{seL4_Fault_NullFault}};
    *fault = empty;
}

LIBSEL4_INLINE seL4_Fault_t seL4_Fault_NullFault_new(void)
{
    seL4_Fault_t fault;
    seL4_Fault_NullFault_ptr_new(&fault);
    return fault;
}

/* What MR4 to MR6 hold depends on the kind of failure: seL4_LookupFailureType. */
#define SEL4_CAP_FAULT_FIELDS(first, next, p, t)                                                   \
    first(IP, 1 + seL4_CapFault_IP, 0, 64, p, t) next(Addr, 1 + seL4_CapFault_Addr, 0, 64, p, t)   \
        next(InRecvPhase, 1 + seL4_CapFault_InRecvPhase, 0, 64, p, t)                              \
            next(LookupFailureType, 1 + seL4_CapFault_LookupFailureType, 0, 64, p, t)              \
                next(MR4, 1 + seL4_CapFault_BitsLeft, 0, 64, p, t)                                 \
                    next(MR5, 1 + seL4_CapFault_GuardMismatch_GuardFound, 0, 64, p, t)             \
                        next(MR6, 1 + seL4_CapFault_GuardMismatch_BitsFound, 0, 64, p, t)
SEL4_BLOCK(seL4_Fault_CapFault, seL4_Fault_t, seL4_Fault_CapFault, SEL4_CAP_FAULT_FIELDS)

#define SEL4_UNKNOWN_SYSCALL_FIELDS(first, next, p, t)                                             \
    first(RAX, 1 + seL4_UnknownSyscall_RAX, 0, 64, p,                                              \
          t) next(RBX, 1 + seL4_UnknownSyscall_RBX, 0, 64, p,                                      \
                  t) next(RCX, 1 + seL4_UnknownSyscall_RCX, 0, 64, p,                              \
                          t) next(RDX, 1 + seL4_UnknownSyscall_RDX, 0, 64, p,                      \
                                  t) next(RSI, 1 + seL4_UnknownSyscall_RSI, 0, 64, p,              \
                                          t) next(RDI, 1 + seL4_UnknownSyscall_RDI, 0, 64, p, t)   \
        next(RBP, 1 + seL4_UnknownSyscall_RBP, 0, 64, p,                                           \
             t) next(R8, 1 + seL4_UnknownSyscall_R8, 0, 64, p, t)                                  \
            next(R9, 1 + seL4_UnknownSyscall_R9, 0, 64, p,                                         \
                 t) next(R10, 1 + seL4_UnknownSyscall_R10, 0, 64, p, t)                            \
                next(R11, 1 + seL4_UnknownSyscall_R11, 0, 64, p,                                   \
                     t) next(R12, 1 + seL4_UnknownSyscall_R12, 0, 64, p, t)                        \
                    next(R13, 1 + seL4_UnknownSyscall_R13, 0, 64, p, t)                            \
                        next(R14, 1 + seL4_UnknownSyscall_R14, 0, 64, p, t)                        \
                            next(R15, 1 + seL4_UnknownSyscall_R15, 0, 64, p, t)                    \
                                next(FaultIP, 1 + seL4_UnknownSyscall_FaultIP, 0, 64, p, t)        \
                                    next(RSP, 1 + seL4_UnknownSyscall_SP, 0, 64, p, t)             \
                                        next(FLAGS, 1 + seL4_UnknownSyscall_FLAGS, 0, 64, p, t)    \
                                            next(Syscall, 1 + seL4_UnknownSyscall_Syscall, 0, 64,  \
                                                 p, t)
SEL4_BLOCK(seL4_Fault_UnknownSyscall, seL4_Fault_t, seL4_Fault_UnknownSyscall,
           SEL4_UNKNOWN_SYSCALL_FIELDS)

#define SEL4_USER_EXCEPTION_FIELDS(first, next, p, t)                                              \
    first(FaultIP, 1 + seL4_UserException_FaultIP, 0, 64, p, t)                                    \
        next(Stack, 1 + seL4_UserException_SP, 0, 64, p, t)                                        \
            next(FLAGS, 1 + seL4_UserException_FLAGS, 0, 64, p, t)                                 \
                next(Number, 1 + seL4_UserException_Number, 0, 64, p, t)                           \
                    next(Code, 1 + seL4_UserException_Code, 0, 64, p, t)
SEL4_BLOCK(seL4_Fault_UserException, seL4_Fault_t, seL4_Fault_UserException,
           SEL4_USER_EXCEPTION_FIELDS)

#define SEL4_VM_FAULT_FIELDS(first, next, p, t)                                                    \
    first(IP, 1 + seL4_VMFault_IP, 0, 64, p, t) next(Addr, 1 + seL4_VMFault_Addr, 0, 64, p, t)     \
        next(PrefetchFault, 1 + seL4_VMFault_PrefetchFault, 0, 64, p, t)                           \
            next(FSR, 1 + seL4_VMFault_FSR, 0, 64, p, t)
SEL4_BLOCK(seL4_Fault_VMFault, seL4_Fault_t, seL4_Fault_VMFault, SEL4_VM_FAULT_FIELDS)

/* How many words the message of a fault has; 0 if there is no such fault. */
LIBSEL4_INLINE seL4_Word sel4_fault_length(seL4_Word type)
{
    switch (type) {
    case seL4_Fault_CapFault:
        return seL4_CapFault_Length;
    case seL4_Fault_UnknownSyscall:
        return seL4_UnknownSyscall_Length;
    case seL4_Fault_UserException:
        return seL4_UserException_Length;
    case seL4_Fault_VMFault:
        return seL4_VMFault_Length;
    default:
        return 0;
    }
}

/* The fault that the message registers hold; a null fault if `tag` is not that of a fault. */
LIBSEL4_INLINE seL4_Fault_t seL4_getFault(seL4_MessageInfo_t tag)
{
    seL4_Word type = seL4_MessageInfo_get_label(tag);
    seL4_Word length = sel4_fault_length(type);
    seL4_Fault_t fault = {{length > 0 ? type : (seL4_Word)seL4_Fault_NullFault}};
    for (seL4_Word i = 0; i < length; i++)
        fault.words[1 + i] = seL4_GetMR((int)i);
    return fault;
}

/* The same but for capability faults, which every architecture has. */
LIBSEL4_INLINE seL4_Fault_t seL4_getArchFault(seL4_MessageInfo_t tag)
{
    if (seL4_MessageInfo_get_label(tag) == seL4_Fault_CapFault)
        return seL4_Fault_NullFault_new();
    return seL4_getFault(tag);
}

#define SEL4_FAULT_TEST(fault)                                                                     \
    LIBSEL4_INLINE seL4_Bool seL4_is##fault##_tag(seL4_MessageInfo_t tag)                          \
    {                                                                                              \
        return seL4_MessageInfo_get_label(tag) == seL4_Fault_##fault;                              \
    }

SEL4_FAULT_TEST(NullFault)
SEL4_FAULT_TEST(CapFault)
SEL4_FAULT_TEST(UnknownSyscall)
SEL4_FAULT_TEST(UserException)
SEL4_FAULT_TEST(VMFault)
