/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a guest: deliver what waits, enter, handle the exit, again.
 */
#include "../machine_private.h"

#include <vmm/boot.h>
#include <vmm/vcpu_backend.h>

#include <errno.h>

#define RESTARTS_MAX   5
#define USEFUL_LIFE_NS 1000000000ull

/* --- Registers in and out of the IPC buffer --- */

void vmm_keep_registers(vmm_vcpu_t *vcpu)
{
    if (vcpu->run != &vcpu->kept) {
        vcpu->kept = *vcpu->run;
        vcpu->run = &vcpu->kept;
    }
}

/*
 * CR8, which the guest changes without an exit, and the local APIC's task priority are one
 * register.
 */
static int enter(vmm_vcpu_t *vcpu, uint64_t *badge)
{
    struct lapic *lapic = &vcpu->vmm->lapic;
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

/* The guest may have ended an interrupt without an exit, through the flag in its memory. */
static void take_silent_eoi(vmm_t *vmm)
{
    struct pvclock *pv = &vmm->pvclock;

    if (pv->eoi_set && !(__atomic_load_n(pv->eoi, __ATOMIC_RELAXED) & 1)) {
        pv->eoi_set = false;
        lapic_end_of_interrupt(&vmm->lapic);
    }
}

/* Let the guest skip the EOI of what it is taking, if nothing waits for that EOI. */
static void offer_silent_eoi(vmm_t *vmm, uint8_t vector)
{
    struct pvclock *pv = &vmm->pvclock;
    const struct lapic *lapic = &vmm->lapic;

    if (pv->eoi && lapic->irr_top < 0 && !(lapic->tmr[vector / 32] & 1u << vector % 32)) {
        *pv->eoi |= 1;
        pv->eoi_set = true;
    }
}

/* Something new waits: the guest must exit at its EOI after all. */
static void withdraw_silent_eoi(vmm_t *vmm)
{
    if (vmm->pvclock.eoi_set) {
        *vmm->pvclock.eoi &= (uint8_t)~1u;
        vmm->pvclock.eoi_set = false;
    }
}

static bool extint_waiting(const vmm_t *vmm)
{
    return vmm->pic.output && lapic_accepts_extint(&vmm->lapic);
}

/* True if the guest would take an interrupt as soon as its flags allow. */
static bool interrupt_waiting(const vmm_t *vmm)
{
    return extint_waiting(vmm) || lapic_pending(&vmm->lapic) >= 0;
}

/* Now, if its task priority allows. */
static void inject_interrupt(vmm_t *vmm)
{
    int vector = lapic_pending(&vmm->lapic);

    if (extint_waiting(vmm)) {
        vector = pic_acknowledge(&vmm->pic);
    } else if (vector >= 0) {
        lapic_accept(&vmm->lapic, (uint8_t)vector);
        offer_silent_eoi(vmm, (uint8_t)vector);
    } else {
        return;
    }
    vmm->vcpu.run->event = (unsigned)vector | seL4_VCPUEvent_Interrupt | seL4_VCPUEvent_Valid;
}

/* The guest is to exit as soon as it can take what still waits. */
static void ask_for_window(vmm_t *vmm)
{
    if (interrupt_waiting(vmm))
        vmm->vcpu.run->control |= seL4_VCPURun_WantInterruptWindow;
    else if (lapic_requested(&vmm->lapic) >= 0)
        vmm->vcpu.run->control |= seL4_VCPURun_WantTaskPriority;
}

static void deliver_interrupts(vmm_t *vmm)
{
    vmm_vcpu_t *vcpu = &vmm->vcpu;
    struct seL4_VCPURun *run = vcpu->run;

    take_silent_eoi(vmm);
    if (vmm->lapic.irr_top >= 0)
        withdraw_silent_eoi(vmm);
    else if (!vmm->pic.output && !vcpu->nmi_pending)
        return; /* as nearly always */
    if (!(run->event & seL4_VCPUEvent_Valid)) {
        if (vcpu->nmi_pending) {
            vcpu->nmi_pending = false;
            run->event = EXCEPTION_NMI | seL4_VCPUEvent_NMI | seL4_VCPUEvent_Valid;
        } else if ((run->rflags & RFLAGS_IF) && !(run->status & seL4_VCPURun_Shadow)) {
            inject_interrupt(vmm);
        }
    }
    ask_for_window(vmm);
}

/* --- Time --- */

static void run_timers(vmm_t *vmm, uint64_t now)
{
    timers_run(&vmm->timers, now);
    if (vmm->console_used)
        vmm_flush_console(vmm); /* a prompt without a newline shows by the next tick */
}

/*
 * The platform's timer is moved only to an earlier time: a signal too many is cheaper than a call.
 */
static void arm_timer(vmm_t *vmm)
{
    if (vmm->timers.next < vmm->armed) {
        vmm->armed = vmm->timers.next;
        vmm_keep_registers(&vmm->vcpu);
        vmm->platform.set_timer(vmm, vmm->armed);
    }
}

void vmm_timer_expired(vmm_t *vmm)
{
    vmm->armed = TIMER_NEVER;
}

static void notified(vmm_t *vmm, uint64_t badge)
{
    uint64_t now;

    vmm_keep_registers(&vmm->vcpu);
    vmm->platform.notified(vmm, badge);
    now = vmm->platform.tsc();
    if (now >= vmm->timers.next)
        run_timers(vmm, now);
}

void run_halted(vmm_vcpu_t *vcpu)
{
    vmm_t *vmm = vcpu->vmm;

    if (!(vcpu->run->rflags & RFLAGS_IF)) {
        vmm->stop = VMM_HALTED;
        return;
    }
    take_silent_eoi(vmm);
    while (!interrupt_waiting(vmm) && !vcpu->nmi_pending && vmm->stop == VMM_RUNNING) {
        uint64_t now = vmm->platform.tsc();

        if (now >= vmm->timers.next) {
            run_timers(vmm, now);
            continue;
        }
        vmm_flush_console(vmm);
        arm_timer(vmm);
        vmm_keep_registers(vcpu);
        notified(vmm, vmm->platform.wait(vmm));
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
    "interrupt window",
    "shutdown",
    "XSETBV",
    "control register access",
    "exception",
    "cache control",
    "an instruction this machine does not have",
    "CPU state that is not allowed",
    "debug register access"};

static void guest_loop(vmm_t *vmm)
{
    vmm_vcpu_t *vcpu = &vmm->vcpu;

    while (vmm->stop == VMM_RUNNING) {
        uint64_t badge;
        int result;

        deliver_interrupts(vmm);
        if (vmm->timers.next < vmm->armed)
            arm_timer(vmm);
        result = enter(vcpu, &badge);
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
            notified(vmm, badge);
        } else {
            vmm_log(vmm, "the kernel refuses to run the guest (error %d)", result);
            vmm->stop = VMM_FAILED;
        }
    }
    vmm_keep_registers(vcpu);
    vmm_flush_console(vmm);
}

static int start(vmm_t *vmm)
{
    struct boot_state boot;
    int error;

    vmm->stop = VMM_RUNNING;
    vmm->armed = TIMER_NEVER;
    memset(&vmm->vcpu.kept, 0, sizeof(vmm->vcpu.kept));
    vmm->vcpu.run = &vmm->vcpu.kept;
    machine_reset(vmm);
    error = boot_linux(vmm, &boot);
    return error ? error : boot_set_cpu(&vmm->vcpu, &boot);
}

/*
 * Restarts in a row that come so soon after the start that the guest cannot have been of any use.
 */
static bool restarts_in_vain(vmm_t *vmm, uint64_t started, unsigned *in_a_row)
{
    uint64_t lived = clock_to_ns(&vmm->clock, vmm->platform.tsc() - started);

    *in_a_row = lived < USEFUL_LIFE_NS ? *in_a_row + 1 : 0;
    return *in_a_row == RESTARTS_MAX;
}

int vmm_run(vmm_t *vmm)
{
    unsigned early_restarts = 0;

    for (;;) {
        int error = start(vmm);
        uint64_t started = vmm->platform.tsc();

        if (error)
            return error;
        guest_loop(vmm);
        switch (vmm->stop) {
        case VMM_RESET:
            if (restarts_in_vain(vmm, started, &early_restarts)) {
                vmm_log(vmm, "guest reset %d times right after its start; it stays off",
                        RESTARTS_MAX);
                return -EIO;
            }
            vmm_log(vmm, "guest restarts");
            break;
        case VMM_POWER_OFF:
            vmm_log(vmm, "guest switched itself off");
            return 0;
        case VMM_HALTED:
            vmm_log(vmm, "guest halted with interrupts off; it stays off");
            return 0;
        default:
            return -EIO;
        }
    }
}
