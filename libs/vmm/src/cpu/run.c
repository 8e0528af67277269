/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The running guest: deliver what waits, enter, handle the exit, again.
 */
#include "../machine_private.h"

#include <vmm/vcpu_backend.h>

#include <errno.h>

/* --- Registers in and out of the IPC buffer --- */

/*
 * CR8, which the guest changes without an exit, and the local APIC's task priority are one
 * register.
 */
static int enter(vmm_vcpu_t *vcpu, uint64_t *badge)
{
    struct lapic *lapic = &vcpu->lapic;
    int result;

    if (vcpu->run == &vcpu->kept) {
        struct seL4_VCPURun *message = vcpu_backend_message(vcpu);

        /* Only the part that goes in; the rest is overwritten by the exit. */
        memcpy(message, &vcpu->kept, offsetof(struct seL4_VCPURun, reason));
        vcpu->run = message;
    }
    vcpu->run->tpr = lapic_cr8(lapic);
    result = vcpu_backend_enter(vcpu, badge);
    lapic_set_cr8(lapic, (unsigned)vcpu->run->tpr);
    return result;
}

/* --- Interrupts --- */

/* What a guest may be offered beside a vector of its local APIC. */
#define OFFERS_NONE (-1)
#define OFFERS_PIC  256

static bool extint_waiting(const vmm_vcpu_t *vcpu)
{
    return vcpu->vmm->pic.output && lapic_accepts_extint(&vcpu->lapic);
}

/* The guest may have ended an interrupt without an exit, through the flag in its memory. */
static void take_silent_eoi(vmm_vcpu_t *vcpu)
{
    struct pvclock *pv = &vcpu->pvclock;

    if (pv->eoi_set && !(__atomic_load_n(pv->eoi, __ATOMIC_RELAXED) & 1)) {
        pv->eoi_set = false;
        lapic_end_of_interrupt(&vcpu->lapic);
    }
}

/*
 * Let the guest skip the EOI of what it is to take, if nothing waits for that EOI; and if the next
 * one is that of this interrupt, not of one that is in service while the guest does not take this
 * one yet.
 */
static void offer_silent_eoi(vmm_vcpu_t *vcpu, uint8_t vector)
{
    struct pvclock *pv = &vcpu->pvclock;
    const struct lapic *lapic = &vcpu->lapic;
    const struct seL4_VCPURun *run = vcpu->run;

    if (!pv->eoi || lapic->tmr[vector / 32] & 1u << vector % 32)
        return;
    if (lapic->requests > 1 || extint_waiting(vcpu))
        return;
    if (lapic->isr_top >= 0 &&
        (!(run->rflags & RFLAGS_IF) || (run->status & seL4_VCPURun_Shadow) || run->event))
        return;
    *pv->eoi |= 1;
    pv->eoi_set = true;
}

/* Something new waits: the guest must exit at its EOI after all. */
static void withdraw_silent_eoi(vmm_vcpu_t *vcpu)
{
    if (vcpu->pvclock.eoi_set) {
        *vcpu->pvclock.eoi &= (uint8_t)~1u;
        vcpu->pvclock.eoi_set = false;
    }
}

/* True if the guest would take an interrupt as soon as its flags allow. */
static bool interrupt_waiting(const vmm_vcpu_t *vcpu)
{
    return extint_waiting(vcpu) || lapic_pending(&vcpu->lapic) >= 0;
}

/*
 * What the guest takes as soon as its flags allow; what that is. One of the 8259 comes last: with
 * automatic end of interrupt, nothing would say when the next one could come.
 */
static int offer_interrupt(vmm_vcpu_t *vcpu)
{
    struct seL4_VCPURun *run = vcpu->run;
    int vector = lapic_pending(&vcpu->lapic);

    if (vector >= 0) {
        offer_silent_eoi(vcpu, (uint8_t)vector);
        run->interrupt = (unsigned)vector | seL4_VCPUEvent_Valid;
        return vector;
    }
    if (lapic_requested(&vcpu->lapic) >= 0)
        run->control |= seL4_VCPURun_WantTaskPriority;
    if (!extint_waiting(vcpu))
        return OFFERS_NONE;
    run->interrupt = pic_vector(&vcpu->vmm->pic) | seL4_VCPUEvent_Valid;
    return OFFERS_PIC;
}

static int deliver_interrupts(vmm_vcpu_t *vcpu)
{
    struct seL4_VCPURun *run = vcpu->run;

    take_silent_eoi(vcpu);
    if (vcpu->lapic.irr_top >= 0)
        withdraw_silent_eoi(vcpu);
    else if (!vcpu->vmm->pic.output && !vcpu->nmi_pending)
        return OFFERS_NONE; /* as nearly always */
    if (vcpu->nmi_pending && !(run->event & seL4_VCPUEvent_Valid)) {
        vcpu->nmi_pending = false;
        run->event = EXCEPTION_NMI | seL4_VCPUEvent_NMI | seL4_VCPUEvent_Valid;
    }
    return offer_interrupt(vcpu);
}

/* The guest has taken what it was offered, or it is as if nothing had been. */
static void settle_offer(vmm_vcpu_t *vcpu, int offered)
{
    if (offered == OFFERS_NONE)
        return;
    if (vcpu->run->interrupt != 0)
        vcpu->run->interrupt = 0;
    else if (offered == OFFERS_PIC)
        (void)pic_acknowledge(&vcpu->vmm->pic);
    else
        lapic_accept(&vcpu->lapic, (uint8_t)offered);
}

/* --- Time --- */

static void run_timers(vmm_t *vmm, uint64_t now)
{
    timers_run(&vmm->timers, now);
    if (vmm->console_used)
        vmm_flush_console(vmm); /* it would be due soon, and we are here now */
}

/*
 * The platform's timer is moved only to an earlier time: a signal too many is cheaper than a call.
 * The calls themselves cost others, too: a guest that keeps moving its deadline has the platform
 * look in once a gap, and may so be served a gap late.
 */
static void arm_timer(vmm_vcpu_t *vcpu)
{
    vmm_t *vmm = vcpu->vmm;
    uint64_t now, next = vmm->timers.next, gap = vmm->timers.gap;

    if (next >= vcpu->armed)
        return;
    now = vmm->platform.tsc();
    if (now < pace_next(&vcpu->calls, TIMER_BURST * gap)) {
        if (vcpu->armed <= now + gap)
            return;
        next = MIN(next, now + gap);
    }
    pace_charge(&vcpu->calls, now, gap);
    vcpu->armed = next;
    vmm_keep_registers(vcpu);
    vmm->platform.set_timer(vmm, next);
}

void vmm_timer_expired(vmm_t *vmm)
{
    vmm->vcpu.armed = TIMER_NEVER;
}

static void notified(vmm_vcpu_t *vcpu, uint64_t badge)
{
    vmm_t *vmm = vcpu->vmm;
    uint64_t now;

    vmm->platform.notified(vmm, badge);
    now = vmm->platform.tsc();
    if (now >= vmm->timers.next)
        run_timers(vmm, now);
}

void run_halted(vmm_vcpu_t *vcpu)
{
    vmm_t *vmm = vcpu->vmm;

    if (vcpu->nmi_pending)
        return; /* which RFLAGS.IF does not hold back */
    if (!(vcpu->run->rflags & RFLAGS_IF)) {
        vmm->stop = VMM_HALTED;
        return;
    }
    take_silent_eoi(vcpu);
    while (!interrupt_waiting(vcpu) && !vcpu->nmi_pending && vmm->stop == VMM_RUNNING) {
        uint64_t now = vmm->platform.tsc();

        if (now >= vmm->timers.next) {
            run_timers(vmm, now);
            continue;
        }
        vmm_flush_console(vmm);
        arm_timer(vcpu);
        vmm_keep_registers(vcpu);
        notified(vcpu, vmm->platform.wait(vmm));
    }
}

/* --- The loop --- */

static void dump(vmm_vcpu_t *vcpu, const char *why)
{
    static const char *const names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                        "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    vmm_t *vmm = vcpu->vmm;
    const struct seL4_VCPURun *run;

    vmm_keep_registers(vcpu);
    run = &vcpu->kept;
    vmm_log(vmm, "guest stopped: %s; reason %llu info 0x%llx address 0x%llx", why,
            (unsigned long long)run->reason, (unsigned long long)run->info,
            (unsigned long long)run->address);
    vmm_log(vmm, "  rip %016llx  rflags %08llx  cpl %llu  event %llx", (unsigned long long)run->rip,
            (unsigned long long)run->rflags, (unsigned long long)run->cpl,
            (unsigned long long)run->event);
    for (unsigned i = 0; i < seL4_VCPUReg_Count; i += 4) {
        vmm_log(vmm, "  %-3s %016llx  %-3s %016llx  %-3s %016llx  %-3s %016llx", names[i],
                (unsigned long long)run->reg[i], names[i + 1], (unsigned long long)run->reg[i + 1],
                names[i + 2], (unsigned long long)run->reg[i + 2], names[i + 3],
                (unsigned long long)run->reg[i + 3]);
    }
    vmm_log(vmm, "  cr0 %llx  cr2 %llx  cr3 %llx  cr4 %llx  efer %llx  cs base %llx attr %llx",
            (unsigned long long)run->cr0, (unsigned long long)run->cr2,
            (unsigned long long)run->cr3, (unsigned long long)run->cr4,
            (unsigned long long)run->efer, (unsigned long long)run->cs_base,
            (unsigned long long)run->cs_attr);
}

static const char *const exit_names[seL4_VCPUExit_Count] = {
    "notification",
    "CPUID",
    "RDMSR",
    "WRMSR",
    "port access",
    "HLT",
    "hypercall",
    "access to guest-physical memory that is not there",
    "shutdown",
    "XSETBV",
    "control register access",
    "exception",
    "cache control",
    "an instruction this machine does not have",
    "CPU state that is not allowed",
    "debug register access"};

void run_guest(vmm_vcpu_t *vcpu)
{
    vmm_t *vmm = vcpu->vmm;

    while (vmm->stop == VMM_RUNNING) {
        uint64_t badge;
        int result, offered = deliver_interrupts(vcpu);

        if (vmm->timers.next < vcpu->armed)
            arm_timer(vcpu);
        result = enter(vcpu, &badge);
        settle_offer(vcpu, offered);
        vcpu->run->control = 0;
        if (!(vcpu->run->status & seL4_VCPURun_EventPending))
            vcpu->run->event = 0;
        if (result == SEL4_VMENTER_RESULT_FAULT) {
            if (vcpu->run->tsc_exit >= vmm->timers.next)
                run_timers(vmm, vcpu->run->tsc_exit);
            if (exit_handle(vcpu)) {
                uint64_t reason = vcpu->run->reason;

                dump(vcpu, reason < seL4_VCPUExit_Count ? exit_names[reason] : "unknown exit");
                vmm->stop = VMM_FAILED;
            }
        } else if (result == SEL4_VMENTER_RESULT_NOTIF) {
            notified(vcpu, badge);
        } else {
            vmm_log(vmm, "the kernel refuses to run the guest (error %d)", result);
            vmm->stop = VMM_FAILED;
        }
    }
    vmm_keep_registers(vcpu);
    vmm_flush_console(vmm);
}
