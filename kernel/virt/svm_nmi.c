/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's non-maskable interrupts. Its monitor injects them; here one that comes before the
 * handler of the last has returned is held back, and further ones merge with it. Processors with
 * NMI virtualization do so themselves, but few have it.
 *
 * While NMIs are masked, IRET exits. It is then executed by itself, with RFLAGS.TF set and all
 * exceptions intercepted, and unmasks NMIs if it completes. Where a host's interrupt, a fault, or
 * memory that is not there ends this step, all is as before, and the next IRET exits again.
 *
 * Rests on: AMD64 APM volume 2, 15.21.10 (what masks and unmasks), 13.1.3 (single steps).
 */
#include "svm_private.h"

#define NMI_EVENT    (VECTOR_NMI | seL4_VCPUEvent_NMI | SVM_EVENT_VALID)
#define DR6_NONE     0xffff0ff0ul
#define DR6_STEP     BIT(14)
#define DR6_DETECTED (MASK(4) | BIT(13) | DR6_STEP | BIT(15))

static bool is_nmi(uint64_t event)
{
    return (event & (SVM_EVENT_VALID | SVM_EVENT_TYPE)) == (SVM_EVENT_VALID | seL4_VCPUEvent_NMI);
}

void svm_nmi_set(struct vcpu *v, unsigned state)
{
    struct vmcb *c = svm_vmcb(v);
    v->rare = (uint8_t)((v->rare & ~(SVM_RARE_NMI | SVM_RARE_STEP)) | state * SVM_RARE_NMI_MASKED);
    if (state & seL4_VCPUNMI_Masked)
        c->intercept_misc[0] |= SVM_INTERCEPT_IRET;
    else
        c->intercept_misc[0] &= ~SVM_INTERCEPT_IRET;
    c->clean &= ~SVM_CLEAN_INTERCEPTS;
}

/* An external interrupt would be injected at once, whatever RFLAGS.IF says: VMRUN refuses it. */
void svm_take_event(struct vcpu *v, uint64_t event)
{
    event &= SVM_EVENT_FIELDS;
    if (is_nmi(event) && v->rare & SVM_RARE_NMI_MASKED) {
        v->rare |= SVM_RARE_NMI_PENDING;
        return;
    }
    if ((event & SVM_EVENT_TYPE) == SVM_EVENT_INTERRUPT)
        event |= SVM_EVENT_TYPE;
    svm_vmcb(v)->event_inject = event;
    if (is_nmi(event))
        svm_nmi_set(v, seL4_VCPUNMI_Masked);
}

void svm_give_event(struct vcpu *v, struct seL4_VCPURun *out)
{
    out->event = svm_vmcb(v)->event_inject;
    out->status |= seL4_VCPURun_EventPending;
    if (is_nmi(out->event))
        svm_nmi_set(v, 0); /* it has not come */
}

void svm_nmi_step(struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    v->step_trap = c->rflags & RFLAGS_TF;
    v->step_dr6 = c->dr6;
    c->rflags |= RFLAGS_TF;
    c->dr6 = DR6_NONE;
    c->intercept_exceptions = ~BIT(VECTOR_NMI) & MASK(32);
    c->intercept_misc[0] &= ~SVM_INTERCEPT_IRET;
    c->clean &= ~(SVM_CLEAN_INTERCEPTS | SVM_CLEAN_DR);
}

bool svm_nmi_stepped(struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    uint64_t detected = c->dr6 & DR6_DETECTED;
    bool complete = c->exit_code == SVM_EXIT_EXCEPTION + VECTOR_DB && detected & DR6_STEP;
    v->rare &= (uint8_t)~SVM_RARE_STEP;
    c->intercept_exceptions = (uint32_t)v->trapped | SVM_EXCEPTIONS_ALWAYS;
    c->intercept_misc[0] |= SVM_INTERCEPT_IRET;
    c->clean &= ~(SVM_CLEAN_INTERCEPTS | SVM_CLEAN_DR);
    if (!complete)
        c->rflags = (c->rflags & ~RFLAGS_TF) | v->step_trap;
    if (v->step_trap == 0)
        detected &= ~DR6_STEP;
    c->dr6 = v->step_dr6 | detected;
    if (!complete || detected != 0)
        return false; /* a #DB of the guest's own comes first: its handler's IRET unmasks */
    bool pending = v->rare & SVM_RARE_NMI_PENDING;
    c->event_inject = pending ? NMI_EVENT : 0;
    svm_nmi_set(v, pending ? seL4_VCPUNMI_Masked : 0);
    return true;
}
