/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AMD SVM with nested paging: switching it on, what exits, running a guest, and what an exit means.
 *
 * Intercepts needed for the host's safety are fixed here. Everything else is left to the guest:
 * with nested paging it owns its page tables, control registers and TLB.
 *
 * Rests on: AMD64 APM volume 2, chapter 15.
 */
#include "svm_private.h"

#include "cpu/memory.h"
#include "cpu/print.h"
#include "cpu/vectors.h"
#include "cpu/x86.h"
#include "state/core.h"
#include <base/bitmap.h>
#include <base/string.h>
#include <sel4/errors.h>

#define CPUID_SVM_BIT    BIT(2) /* 8000_0001 ECX */
#define CPUID_SVM_LEAF   0x8000000au
#define CPUID_PKU_BIT    (1u << 3) /* 7 ECX */
#define CORES_MAX        1
#define MSRS_PER_BLOCK   0x2000u
#define MSRPM_BLOCK_SIZE 0x800u

/* What one core needs to run guests. */
struct svm_core {
    uint8_t host_save[PAGE_SIZE_4K]
        __attribute__((aligned(PAGE_SIZE_4K))); /* the processor's own */
    struct vmcb host;                           /* the host's side of VMLOAD */
    uint64_t host_pa;
    uint32_t asid_next;
    uint64_t asid_generation;
};

static struct svm_core svm_cores[CORES_MAX] __attribute__((aligned(PAGE_SIZE_4K)));
static uint8_t fpu_clean[FPU_AREA_SIZE] __attribute__((aligned(FPU_AREA_ALIGN)));
static uint32_t svm_features;
static uint32_t svm_clean; /* what of the control block the processor may keep after an exit */
static uint32_t svm_asid_count;
uint16_t svm_watched;

void svm_switch(uint64_t *registers, uint64_t guest_vmcb_pa, uint64_t host_vmcb_pa, bool shadow);

static struct svm_core *svm_core(void)
{
    return &svm_cores[CORES_MAX > 1 ? this_core()->id : 0];
}

/* --- Switching it on --- */

bool virt_init_core(const char **why)
{
    if (cpuid(0x80000000, 0).eax < CPUID_SVM_LEAF || !(cpuid(0x80000001, 0).ecx & CPUID_SVM_BIT)) {
        *why = "the processor has no SVM";
        return false;
    }
    struct cpuid_regs r = cpuid(CPUID_SVM_LEAF, 0);
    if (!(r.edx & SVM_FEATURE_NESTED_PAGING)) {
        *why = "the processor's SVM has no nested paging";
        return false;
    }
    if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS) {
        *why = "the firmware has switched SVM off";
        return false;
    }
    if (r.ebx < 2) {
        *why = "the processor's SVM has no address space identifiers";
        return false;
    }
    fpu_init_area(fpu_clean);
    svm_guard_init();
    svm_state_init();
    /* PKRU is not switched, so no guest may switch protection keys on, whatever CR4 would take. */
    svm_watched = cpuid(7, 0).ecx & CPUID_PKU_BIT ? SVM_WATCH_CR4 : 0;
    svm_features = r.edx;
    svm_clean = r.edx & SVM_FEATURE_CLEAN_BITS ? SVM_CLEAN_ALL & ~SVM_CLEAN_VINTR : 0;
    svm_asid_count = r.ebx;

    struct svm_core *core = svm_core();
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
    wrmsr(MSR_VM_HSAVE_PA, image_to_phys(core->host_save));
    core->asid_next = 1;
    core->asid_generation = 1;
    core->host_pa = image_to_phys(&core->host);
    vmsave(core->host_pa);
    return true;
}

bool virt_available(void)
{
    return svm_asid_count != 0;
}

/* --- A VCPU's permissions --- */

/* Registers that VMLOAD and VMSAVE swap, so that a guest can own them. */
static const uint32_t guest_msrs[] = {
    0x174, /* SYSENTER_CS, ESP, EIP */
    0x175,      0x176,       MSR_STAR,    MSR_LSTAR,          MSR_CSTAR,
    MSR_SFMASK, MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
};

static void set_msr(struct vcpu *v, uint32_t msr, bool allow)
{
    static const uint32_t block_first[] = {0, 0xc0000000, 0xc0010000};
    for (unsigned block = 0; block < ARRAY_SIZE(block_first); block++) {
        uint32_t index = msr - block_first[block];
        if (index >= MSRS_PER_BLOCK)
            continue;
        uint8_t *byte = &v->page[SVM_PAGE_MSRPM][block * MSRPM_BLOCK_SIZE + index / 4];
        uint8_t bits = (uint8_t)(3u << index % 4 * 2);
        *byte = allow ? *byte & ~bits : *byte | bits;
    }
}

int virt_allow_msr(struct vcpu *v, uint64_t msr, bool allow)
{
    for (unsigned i = 0; i < ARRAY_SIZE(guest_msrs); i++) {
        if (guest_msrs[i] == msr) {
            set_msr(v, guest_msrs[i], allow);
            svm_vmcb(v)->clean &= ~SVM_CLEAN_MAPS;
            return 0;
        }
    }
    return seL4_InvalidArgument;
}

void virt_allow_ports(struct vcpu *v, unsigned first, unsigned last, bool allow)
{
    bitmap_fill((uint64_t *)v->page[SVM_PAGE_IOPM], first, last, !allow);
    svm_vmcb(v)->clean &= ~SVM_CLEAN_MAPS;
}

/* --- A VCPU's life --- */

void virt_create(struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    c->intercept_misc[0] = SVM_INTERCEPT_INTR | SVM_INTERCEPT_NMI | SVM_INTERCEPT_SMI |
                           SVM_INTERCEPT_INIT | SVM_INTERCEPT_RDPMC | SVM_INTERCEPT_CPUID |
                           SVM_INTERCEPT_INVD | SVM_INTERCEPT_HLT | SVM_INTERCEPT_INVLPGA |
                           SVM_INTERCEPT_IOIO | SVM_INTERCEPT_MSR | SVM_INTERCEPT_SHUTDOWN;
    c->intercept_misc[1] = SVM_INTERCEPT_VMRUN | SVM_INTERCEPT_VMMCALL | SVM_INTERCEPT_VMLOAD |
                           SVM_INTERCEPT_VMSAVE | SVM_INTERCEPT_STGI | SVM_INTERCEPT_CLGI |
                           SVM_INTERCEPT_SKINIT | SVM_INTERCEPT_WBINVD | SVM_INTERCEPT_MONITOR |
                           SVM_INTERCEPT_MWAIT | SVM_INTERCEPT_MWAIT_ARM | SVM_INTERCEPT_XSETBV |
                           SVM_INTERCEPT_RDPRU;
    c->intercept_misc[2] = SVM_INTERCEPT_INVLPGB | SVM_INTERCEPT_INVLPGB_NO |
                           SVM_INTERCEPT_MCOMMIT | SVM_INTERCEPT_TLBSYNC;
    c->intercept_dr_read = c->intercept_dr_write = SVM_DEBUG_REGISTERS;

    memset(v->page[SVM_PAGE_IOPM], 0xff, SVM_IOPM_PAGES * PAGE_SIZE_4K);
    memset(v->page[SVM_PAGE_MSRPM], 0xff, SVM_MSRPM_PAGES * PAGE_SIZE_4K);
    for (unsigned i = 0; i < ARRAY_SIZE(guest_msrs); i++)
        set_msr(v, guest_msrs[i], true);
    c->iopm_pa = virt_to_phys(v->page[SVM_PAGE_IOPM]);
    c->msrpm_pa = virt_to_phys(v->page[SVM_PAGE_MSRPM]);
    c->nested_control = SVM_NP_ENABLE;
    fpu_init_area(v->fpu);
    svm_reset_state(v);
}

/* --- What an entry may need --- */

/*
 * A new tag makes all translations of this VCPU in the TLB unreachable. When the tags are used up,
 * one flush of everything starts the next round.
 */
static __attribute__((noinline, cold)) void new_asid(struct svm_core *core, struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    if (core->asid_next == svm_asid_count) {
        core->asid_next = 1;
        core->asid_generation++;
        c->tlb_control = SVM_TLB_FLUSH_ALL;
    }
    v->asid = core->asid_next++;
    v->asid_generation = core->asid_generation;
    c->asid = v->asid;
    c->nested_cr3 = virt_to_phys(cap_object(v->root));
    c->clean &= ~(SVM_CLEAN_ASID | SVM_CLEAN_NESTED);
}

/*
 * VMRUN swaps DR7 and DR6 only. The guest never writes DR0 to DR3 itself, so they need to be there
 * only while its DR7 makes them act. Afterwards they are harmless: the host's DR7 is empty.
 */
static void load_debug_address(const uint64_t *dr)
{
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3" ::"r"(dr[0]),
                     "r"(dr[1]), "r"(dr[2]), "r"(dr[3]));
}

/* What few entries need. */
static __attribute__((noinline, cold)) void rare_entry(struct vcpu *v)
{
    if (v->rare & SVM_RARE_BREAKPOINT)
        load_debug_address(v->debug_address);
    if (v->rare & SVM_RARE_TSC_AUX)
        wrmsr(MSR_TSC_AUX, v->tsc_aux);
    if (v->rare & SVM_RARE_STEP)
        svm_nmi_step(v);
}

/* What few exits need. True: the exit was for this only. */
static __attribute__((noinline, cold)) bool rare_exit(struct vcpu *v)
{
    if (v->rare & SVM_RARE_TSC_AUX)
        wrmsr(MSR_TSC_AUX, 0);
    return v->rare & SVM_RARE_STEP && svm_nmi_stepped(v);
}

/* --- What an exit means --- */

static inline bool stop(struct seL4_VCPURun *out, uint64_t reason, uint64_t info)
{
    out->reason = reason;
    out->info = info;
    return true;
}

static bool io_exit(const struct vmcb *c, struct seL4_VCPURun *out)
{
    uint64_t info = c->exit_info1 & SVM_IO_FIELDS;
    if (svm_features & SVM_FEATURE_DECODE_ASSIST)
        info |= c->exit_info1 & SVM_IO_SEGMENT;
    else
        info |= seL4_VCPUIO_SegUnknown << seL4_VCPUIO_SegShift;
    out->next_rip = c->exit_info2;
    return stop(out, seL4_VCPUExit_IO, info);
}

static bool second_level_fault(const struct vmcb *c, struct seL4_VCPURun *out)
{
    uint64_t info =
        c->exit_info1 & (seL4_VCPUFault_Present | seL4_VCPUFault_Write | seL4_VCPUFault_Fetch);
    if (c->exit_info1 & SVM_NPF_TABLE_WALK)
        info |= seL4_VCPUFault_TableWalk;
    out->address = c->exit_info2;
    return stop(out, seL4_VCPUExit_SecondLevelFault, info);
}

/* An instruction of a feature that no guest is given: it does not exist. */
static bool undefined_instruction(struct vcpu *v)
{
    svm_vmcb(v)->event_inject = VECTOR_UD | seL4_VCPUEvent_Exception | SVM_EVENT_VALID;
    return false;
}

static bool general_protection(struct vcpu *v)
{
    svm_vmcb(v)->event_inject =
        VECTOR_GP | seL4_VCPUEvent_Exception | SVM_EVENT_ERROR | SVM_EVENT_VALID;
    return false;
}

/*
 * What VMRUN should have done may not have been done: a flush is asked for again, by whoever runs
 * next, and nothing of the control block counts as known to the processor.
 */
static bool invalid_exit(struct svm_core *core, struct vcpu *v, struct seL4_VCPURun *out)
{
    struct vmcb *c = svm_vmcb(v);
    if (svm_guard_is_fault(v))
        return general_protection(v);
    if (c->tlb_control != SVM_TLB_KEEP) {
        core->asid_next = svm_asid_count;
        v->asid_generation = 0;
    }
    c->clean = 0;
    return stop(out, seL4_VCPUExit_Invalid, c->exit_code);
}

/* True: for the monitor. False: back to the guest. */
static bool exception_exit(struct vcpu *v, unsigned vector, struct seL4_VCPURun *out)
{
    struct vmcb *c = svm_vmcb(v);
    bool has_error = VECTORS_WITH_ERROR_CODE >> vector & 1;
    if (vector == VECTOR_MC)
        panic("machine check while a guest was running");
    if (v->trapped >> vector & 1) {
        out->address = vector == VECTOR_PF ? c->exit_info2 : 0;
        return stop(out, seL4_VCPUExit_Exception,
                    vector | (has_error ? (c->exit_info1 & 0xffffffff) << 32 : 0));
    }
    /* Trapped for the host's sake, or in a step: it is the guest's after all. */
    if (vector == VECTOR_PF) {
        c->cr2 = c->exit_info2;
        c->clean &= ~SVM_CLEAN_CR2;
    }
    c->event_inject = vector | seL4_VCPUEvent_Exception | SVM_EVENT_VALID;
    if (has_error)
        c->event_inject |= SVM_EVENT_ERROR | (c->exit_info1 & 0xffffffff) << 32;
    return false;
}

/* True: for the monitor, and `out` says why. False: back to the guest. */
static bool understand_exit(struct svm_core *core, struct vcpu *v, struct seL4_VCPURun *out)
{
    struct vmcb *c = svm_vmcb(v);
    uint64_t code = c->exit_code;
    out->address = 0;
    out->next_rip = c->next_rip; /* 0 where the processor does not save it: APM volume 2, 15.7.1 */
    /* An event whose delivery was cut short starts again, or is given to the monitor. */
    c->event_inject = c->exit_int_info & SVM_EVENT_VALID ? svm_undelivered_event(v) : 0;
    if (code == SVM_EXIT_NPF)
        return second_level_fault(c, out);
    switch (code) {
    case SVM_EXIT_CPUID:
        return stop(out, seL4_VCPUExit_CPUID, 0);
    case SVM_EXIT_HLT:
        return stop(out, seL4_VCPUExit_HLT, 0);
    case SVM_EXIT_VMMCALL:
        return stop(out, seL4_VCPUExit_Hypercall, 0);
    case SVM_EXIT_XSETBV:
        return stop(out, seL4_VCPUExit_XSETBV, 0);
    case SVM_EXIT_INVD:
    case SVM_EXIT_WBINVD:
        return stop(out, seL4_VCPUExit_CacheControl, 0);
    case SVM_EXIT_IOIO:
        return io_exit(c, out);
    case SVM_EXIT_MSR:
        return stop(out, c->exit_info1 & 1 ? seL4_VCPUExit_WRMSR : seL4_VCPUExit_RDMSR, 0);
    case SVM_EXIT_SHUTDOWN:
        return stop(out, seL4_VCPUExit_Shutdown, 0);
    case SVM_EXIT_INTR ... SVM_EXIT_INIT:
        return false; /* still pending: taken as soon as the host allows */
    case SVM_EXIT_IRET:
        v->rare |= SVM_RARE_STEP;
        return false;
    case SVM_EXIT_WRITE_CR + 0:
        svm_guard_exit(v, SVM_WATCH_CR0);
        return false;
    case SVM_EXIT_WRITE_CR + 4:
        if (svm_watched & SVM_WATCH_CR4)
            return stop(out, seL4_VCPUExit_ControlRegister, 4 | 1 << 4);
        svm_guard_exit(v, SVM_WATCH_CR4);
        return false;
    case SVM_EXIT_WRITE_CR + 8:
        return stop(out, seL4_VCPUExit_ControlRegister, 8 | 1 << 4);
    case SVM_EXIT_RDPMC: /* there are no counters: APM volume 3, RDPMC */
        return general_protection(v);
    case SVM_EXIT_INVLPGA:
    case SVM_EXIT_VMRUN:
    case SVM_EXIT_VMLOAD ... SVM_EXIT_SKINIT:
    case SVM_EXIT_MONITOR ... SVM_EXIT_MWAIT_ARM:
    case SVM_EXIT_RDPRU:
    case SVM_EXIT_INVLPGB ... SVM_EXIT_TLBSYNC:
        return undefined_instruction(v);
    case SVM_EXIT_EXCEPTION ... SVM_EXIT_EXCEPTION + 31:
        return exception_exit(v, code - SVM_EXIT_EXCEPTION, out);
    case SVM_EXIT_READ_DR ... SVM_EXIT_READ_DR + 7:
    case SVM_EXIT_WRITE_DR ... SVM_EXIT_WRITE_DR + 7: /* bit 4 tells them apart, as in info */
        return stop(out, seL4_VCPUExit_DebugRegister, code - SVM_EXIT_READ_DR);
    default:
        if ((uint32_t)code == SVM_EXIT_INVALID)
            return invalid_exit(core, v, out);
        return stop(out, seL4_VCPUExit_Unsupported, code);
    }
}

/* --- Running --- */

static void give_xcr0(const struct vcpu *v)
{
    if (fpu_xcr0 != 0)
        xsetbv(0, v->xcr0);
}

/* The host's XCR0 instead of the guest's, which was `now`. */
static void restore_xcr0(uint64_t now)
{
    /* What is not switched must not stay behind either: PKRU, for one. */
    if (now & ~fpu_xcr0)
        fpu_init_components(fpu_clean, now & ~fpu_xcr0);
    xsetbv(0, fpu_xcr0);
}

bool virt_run(struct vcpu *v, struct seL4_VCPURun *message)
{
    struct svm_core *core = svm_core();
    struct vmcb *c = svm_vmcb(v);
    const struct tcb *thread = this_core()->current;
    /* Of what VMLOAD brings back for the host, only these two differ between threads. */
    core->host.fs.base = thread->context.fs_base;
    core->host.kernel_gs_base = thread->context.gs_base;
    c->tlb_control = SVM_TLB_KEEP;
    /* It is what keeps the host's interrupts coming, and QEMU has been seen to lose it. */
    c->vintr |= SVM_VINTR_MASKING;
    if (v->asid_generation != core->asid_generation)
        new_asid(core, v);
    if (c->vintr & SVM_VINTR_IRQ)
        svm_guard_interrupt();
    if (v->rare & SVM_RARE_ENTRY)
        rare_entry(v);

    /* The thread's own FPU registers are not kept across seL4_VMEnter: see docs/vcpu.md. */
    fpu_restore(v->fpu);
    if (v->xcr0 != fpu_xcr0)
        give_xcr0(v);
    bool shadow = c->shadow & SVM_SHADOW && svm_guard_shadow(c);
    svm_switch(message->reg, virt_to_phys(c), core->host_pa, shadow);
    message->tsc_exit = rdtsc();
    /* Not every processor model stops at the guest's XSETBV (QEMU's does not): look. */
    if (fpu_xcr0 != 0) {
        uint64_t now = xgetbv(0);
        v->xcr0 = now & fpu_xcr0;
        if (now != fpu_xcr0)
            restore_xcr0(now);
    }
    fpu_exchange(v->fpu, fpu_clean);

    c->clean = svm_clean;
    if (__builtin_expect(v->rare & (SVM_RARE_TSC_AUX | SVM_RARE_STEP), 0) && rare_exit(v))
        return false;
    return understand_exit(core, v, message);
}
