/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What QEMU's TCG gets wrong in a way that would hurt the host. On other processors nothing of this
 * is done.
 *
 * A guest must not be able to switch the host's paging off. It could: at #VMEXIT the emulator
 * restores the host's CR0 while the guest's EFER and CR4 are still in force, and drops it whole if
 * that looks like entering long mode without PAE. So no exit may happen with EFER.LME set and both
 * CR0.PG and CR4.PAE clear. Three steps make sure:
 *
 * - While LME is set, exactly one of CR0 and CR4 cannot be written without an exit. That exit lets
 *   the instruction run again, and watches the other register from then on.
 * - CR4 may be written freely only with paging on (in long mode the processor itself holds on to
 *   PAE) or with LME taken away for the time being.
 * - LME comes back before CR0 is written the next time, if PAE is set by then.
 *
 * So a guest that enters long mode in the usual order sees nothing of it, and pays two or three
 * exits in all. Found by tests/kernel/virt_fuzz.c.
 *
 * An interrupt of the host's must not be lost. It can be: VMRUN with a virtual interrupt pending
 * sets a bit in a word that the emulator's other thread changes to tell the processor of an
 * interrupt, and one of the two changes can undo the other. The interrupt stays pending in the
 * local APIC, but the processor, asleep perhaps, does not see it before another one comes. So one
 * always comes, within ten time slices. Found by tests/kernel/virt_alarms.c.
 *
 * A guest's STI must hold back interrupts for one instruction more. It did not: #VMEXIT stores the
 * interrupt shadow in the control block, but VMRUN does not look at it, so that a guest which was
 * interrupted between `sti` and `hlt` took its interrupt before the HLT, and slept for ever. What
 * VMRUN does keep is the host's own shadow: an STI right before it puts the guest into one. Found
 * by tests/kernel/virt_idle.c.
 *
 * A breakpoint must stop nobody else. It would: the emulator keeps what a guest's write of DR7 has
 * armed beyond #VMEXIT, and does not look at the DR7 that VMRUN and #VMEXIT load. So no enable bit
 * reaches DR7. A guest's debugger reads what it wrote, and single steps and INT3 work as ever, but
 * its debug registers do not act. Tested by tests/kernel/virt_debug.c.
 *
 * A guest that writes a bit of CR3 or CR4 that does not exist must get #GP. It gets an exit INVALID
 * instead, as if VMRUN had failed, but with a sound state and nothing left to inject. Where VMRUN
 * did fail early, the emulator has put the host's registers into the control block: nobody is to
 * see those.
 */
#include "svm_private.h"

#include "cpu/x86.h"
#include "sched/sched.h"

#define CR0_PE             BIT(0)
#define TCG_SIGNATURE      0x54474354 /* "TCGT", CPUID 4000_0000 EBX */
#define CPUID_HYPERVISOR   (1u << 31) /* 1 ECX */
#define CPUID_HYPERVISOR_0 0x40000000u

static bool guard_needed;

void svm_guard_init(void)
{
    guard_needed =
        cpuid(1, 0).ecx & CPUID_HYPERVISOR && cpuid(CPUID_HYPERVISOR_0, 0).ebx == TCG_SIGNATURE;
}

static void watch(struct vmcb *c, unsigned registers)
{
    c->intercept_cr_write =
        (uint16_t)((c->intercept_cr_write & SVM_WATCH_CR8) | svm_watched | registers);
    c->clean &= ~SVM_CLEAN_INTERCEPTS;
}

static void hide_long_mode(struct vcpu *v, bool hide)
{
    struct vmcb *c = svm_vmcb(v);
    v->efer_hidden = EFER_SVME | (hide ? EFER_LME : 0);
    c->efer = hide ? c->efer & ~EFER_LME : c->efer | EFER_LME;
    c->clean &= ~SVM_CLEAN_CR;
}

void svm_guard_settle(struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    bool wanted = svm_guest_efer(v) & EFER_LME;
    if (!guard_needed || !wanted) {
        watch(c, 0);
        return;
    }
    bool paging = c->cr0 & CR0_PG, pae = c->cr4 & CR4_PAE;
    hide_long_mode(v, !paging && !pae);
    watch(c, !paging && pae ? SVM_WATCH_CR4 : SVM_WATCH_CR0);
}

bool svm_guard_is_fault(struct vcpu *v)
{
    extern const char svm_switch_back[];
    const struct vmcb *c = svm_vmcb(v);
    if (!guard_needed)
        return false;
    if (c->rip == (uint64_t)svm_switch_back) {
        svm_reset_state(v);
        return false;
    }
    bool long_mode = c->efer & EFER_LME && c->cr0 & CR0_PG;
    bool sound = !long_mode ||
                 (c->cr0 & CR0_PE && c->cr4 & CR4_PAE && (c->cs.attr & SVM_ATTR_64) != SVM_ATTR_64);
    return sound && !(c->exit_int_info & SVM_EVENT_VALID);
}

void svm_guard_exit(struct vcpu *v, unsigned registers)
{
    struct vmcb *c = svm_vmcb(v);
    bool paging = c->cr0 & CR0_PG, pae = c->cr4 & CR4_PAE;
    if (registers == SVM_WATCH_CR4) {
        if (!paging)
            hide_long_mode(v, true);
        watch(c, SVM_WATCH_CR0);
    } else {
        if (v->efer_hidden & EFER_LME && !paging && pae)
            hide_long_mode(v, false);
        watch(c, SVM_WATCH_CR4);
    }
}

uint64_t svm_guard_debug_control(void)
{
    return ~(uint64_t)(SVM_DR7_DETECT | (guard_needed ? SVM_DR7_ENABLE : 0));
}

bool svm_guard_shadow(const struct vmcb *c)
{
    return guard_needed && !(c->event_inject & SVM_EVENT_VALID);
}

void svm_guard_interrupt(void)
{
    if (guard_needed)
        sched_want_tick();
}
