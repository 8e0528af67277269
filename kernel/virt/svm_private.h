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

/* Bits of vcpu.rare: windows asked for by the monitor, as in its message. */
#define SVM_WINDOW_FIELDS    (seL4_VCPURun_WantInterruptWindow | seL4_VCPURun_WantTaskPriority)
/* Beside those: TSC_AUX is not 0, NMIs, a step over IRET, DR7 is armed. */
#define SVM_RARE_TSC_AUX     BIT(3)
#define SVM_RARE_NMI_MASKED  BIT(4)
#define SVM_RARE_NMI_PENDING BIT(5)
#define SVM_RARE_NMI         (SVM_RARE_NMI_MASKED | SVM_RARE_NMI_PENDING)
#define SVM_RARE_STEP        BIT(6)
#define SVM_RARE_BREAKPOINT  BIT(7)

/*
 * svm.c: ask for an exit when the guest can take an interrupt or writes CR8, or no longer (0). The
 * monitor has had its turn: a step that was to come is off, too.
 */
void svm_change_window(struct vcpu *v, unsigned control);
static inline void svm_set_window(struct vcpu *v, unsigned control)
{
    if (__builtin_expect(((v->rare ^ control) & (SVM_WINDOW_FIELDS | SVM_RARE_STEP)) != 0, 0))
        svm_change_window(v, control);
}

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
/* The form in which an event is to be injected. */
uint64_t svm_guard_event(struct vcpu *v, uint64_t event);
/* The guest is entered with an interrupt window asked for. */
void svm_guard_window(void);

/* svm_nmi.c: `state` is that of seL4_VCPUState_NMI. */
void svm_nmi_set(struct vcpu *v, unsigned state);
/* A message with an event comes from the monitor; the event that was not delivered goes to it. */
void svm_take_event(struct vcpu *v, const struct seL4_VCPURun *in);
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
