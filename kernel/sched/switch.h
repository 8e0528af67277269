/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making another thread the running one, inline: half of what a message costs.
 */
#pragma once

#include "cpu/features.h"
#include "cpu/fpu.h"
#include "cpu/memory.h"
#include "cpu/x86.h"
#include "state/core.h"
#include "state/vspace.h"

/*
 * The trap stack and the segment bases. The bases are always written: a program can change what the
 * registers hold without asking, by loading a selector, and that must not be the next one's loss.
 * In the kernel the user's GS base waits in the other register for SWAPGS.
 */
static inline void context_switch(struct core *core, const struct tcb *to)
{
    *core->tss_rsp0 = (uint64_t)to + TCB_FRAME_END;
    wrmsr(MSR_FS_BASE, to->context.fs_base);
    wrmsr(MSR_KERNEL_GS_BASE, to->context.gs_base);
}

/* The running thread's state is in the registers: only a monitor's may be elsewhere for a while. */
static inline void fpu_switch(struct core *core, struct tcb *to)
{
    struct tcb *owner = core->fpu_owner;
    if (owner == to)
        return;
    if (__builtin_expect(owner && cpu_features.xsaveopt, 1)) {
        uint32_t all = ~0u;
        __asm__ volatile("xsaveopt64 (%0)\n\txrstor64 (%1)" ::"r"(owner->fpu), "r"(to->fpu),
                         "a"(all), "d"(all)
                         : "memory");
    } else {
        if (owner)
            fpu_save(owner->fpu);
        else
            clts(); /* perhaps they were withheld */
        fpu_restore(to->fpu);
    }
    core->fpu_owner = to;
}

/* From now on #NM is raised by whatever uses the FPU. */
static inline void fpu_withhold(void)
{
    write_cr0(read_cr0() | CR0_TS);
}

/*
 * For any thread, where fpu_switch() is for those that may use the FPU. One that may not has its
 * state loaded all the same: nothing of another's is there for it to guess at.
 */
static inline void fpu_take(struct core *core, struct tcb *to)
{
    if (!(to->flags & seL4_TCBFlag_fpuDisabled)) {
        fpu_switch(core, to);
        return;
    }
    if (core->fpu_owner)
        fpu_save(core->fpu_owner->fpu);
    clts();
    fpu_restore(to->fpu);
    core->fpu_owner = NULL;
    fpu_withhold();
}

/* `t` is about to be deleted: the registers are nobody's then. */
static inline void fpu_forget(struct core *core, const struct tcb *t)
{
    if (core->fpu_owner == t)
        core->fpu_owner = NULL;
}

/* What CR3 holds for an address space: with PCIDs its number, too. */
static inline uint64_t vspace_cr3(const uint64_t *pml4, unsigned asid)
{
    return virt_to_phys(pml4) | (cpu_features.pcid ? asid : 0);
}

/*
 * Loads the address space of `t`, or the kernel's own if it has none that is valid, and keeps what
 * the TLB knows of it.
 */
void vspace_load(struct core *core, const struct tcb *t);

/* From `from`, a thread whose address space is loaded (or was, until its capability went). */
static inline void vspace_switch(struct core *core, const struct tcb *from, struct tcb *to)
{
    const struct cap *a = &from->slots[TCB_VSPACE].cap, *b = &to->slots[TCB_VSPACE].cap;
    if (cap_equal(a, b) && b->type == CAP_PML4)
        return;
    if (b->type == CAP_PML4 && !cpu_features.pcid && asid_is_valid(*b)) {
        core->cr3 = virt_to_phys(cap_object(*b));
        write_cr3(core->cr3);
    } else {
        vspace_load(core, to);
    }
}
