/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the SVM backend share: where a VCPU keeps its control block and maps.
 */
#pragma once

#include "cpu/vectors.h"
#include "cpu/x86.h"
#include "virt/svm.h"
#include "virt/vcpu.h"

/* Which of struct vcpu.page is what. The processor wants the maps contiguous. */
enum svm_page {
    SVM_PAGE_VMCB = 0,
    SVM_PAGE_IOPM = 1,  /* one bit for each port, set = exit */
    SVM_PAGE_MSRPM = 4, /* two bits for each MSR (read, write), set = exit */
};
#define SVM_IOPM_PAGES  3
#define SVM_MSRPM_PAGES 2

/*
 * Exceptions that always exit: a machine check is the host's, and a guest could keep the processor
 * busy for ever delivering #DB or #AC whose handlers raise them again.
 */
#define SVM_EXCEPTIONS_ALWAYS (BIT(VECTOR_DB) | BIT(VECTOR_AC) | BIT(VECTOR_MC))

static inline struct vmcb *svm_vmcb(struct vcpu *v)
{
    return (struct vmcb *)v->page[SVM_PAGE_VMCB];
}

/*
 * Bits of vcpu.rare: the guest is entered with an interrupt to take; the monitor wants to hear of
 * writes to CR8, as in its message; TSC_AUX is not 0; NMIs; a step over IRET; DR7 is armed.
 */
#define SVM_RARE_INTERRUPT   BIT(0)
#define SVM_RARE_PRIORITY    seL4_VCPURun_WantTaskPriority
#define SVM_RARE_TSC_AUX     BIT(3)
#define SVM_RARE_NMI_MASKED  BIT(4)
#define SVM_RARE_NMI_PENDING BIT(5)
#define SVM_RARE_NMI         (SVM_RARE_NMI_MASKED | SVM_RARE_NMI_PENDING)
#define SVM_RARE_STEP        BIT(6)
#define SVM_RARE_BREAKPOINT  BIT(7)

/* Those that change with the monitor's message. A step that was to come is off with it. */
#define SVM_RARE_MESSAGE (SVM_RARE_INTERRUPT | SVM_RARE_PRIORITY | SVM_RARE_STEP)
/* Those with something to do on entry. */
#define SVM_RARE_ENTRY   (SVM_RARE_TSC_AUX | SVM_RARE_STEP | SVM_RARE_BREAKPOINT)

/* Bits of vmcb.intercept_cr_write, and those that are always set. */
extern uint16_t svm_watched;
#define SVM_WATCH_CR0 (1u << 0)
#define SVM_WATCH_CR4 (1u << 4)
#define SVM_WATCH_CR8 (1u << 8)
/* svm_guard.c: CR0 and CR4 of guests on QEMU, and interrupts there. */
void svm_guard_init(void);
/* The monitor wrote CR0, CR4 or EFER. */
void svm_guard_settle(struct vcpu *v);
/* This INVALID is what the processor should have raised #GP for. */
bool svm_guard_is_fault(struct vcpu *v);
/* The guest is about to write a register that is watched. */
void svm_guard_exit(struct vcpu *v, unsigned registers);
/* Bits of DR7 that may reach the processor. */
uint64_t svm_guard_debug_control(void);
/* The guest was in an interrupt shadow: must the host help to bring it back? */
bool svm_guard_shadow(const struct vmcb *c);
/* The guest is entered with an interrupt to take. */
void svm_guard_interrupt(void);

/* svm_nmi.c: `state` is that of seL4_VCPUState_NMI. */
void svm_nmi_set(struct vcpu *v, unsigned state);
/* The monitor has an event for the guest; the event that was not delivered goes to it. */
void svm_take_event(struct vcpu *v, uint64_t event);
void svm_give_event(struct vcpu *v, struct seL4_VCPURun *out);
/* The next instruction alone is to be executed, an IRET. It has exited: true if only for this. */
void svm_nmi_step(struct vcpu *v);
bool svm_nmi_stepped(struct vcpu *v);

/* The guest's EFER as it and its monitor know it. */
static inline uint64_t svm_guest_efer(struct vcpu *v)
{
    return svm_vmcb(v)->efer ^ v->efer_hidden;
}

/* svm_state.c */
void svm_state_init(void);
void svm_reset_state(struct vcpu *v);
uint64_t svm_undelivered_event(struct vcpu *v);
