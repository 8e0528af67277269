/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a thread's state is in the processor besides the general registers: segment bases, the
 * stack that traps start on, FPU registers; and the time slice.
 *
 * Rests on: AMD64 APM volume 2, sections 4.5.3 (FS and GS bases), 12.2.5 (RSP0).
 */
#include "core.h"
#include "cpu.h"
#include "fpu.h"
#include "lapic.h"
#include "x86.h"

#include <stddef.h>

#include <sel4/config.h>

_Static_assert(sizeof(((struct tcb *)0)->fpu) == FPU_AREA_SIZE, "fpu.h and tcb.h agree");

void context_switch(struct tcb *t)
{
    struct core *core = this_core();
    *core->tss_rsp0 = (uint64_t)t + TCB_FRAME_END;
    if (core->user_fs_base != t->context.fs_base) {
        core->user_fs_base = t->context.fs_base;
        wrmsr(MSR_FS_BASE, core->user_fs_base);
    }
    /* In the kernel the user's GS base waits in the other register for SWAPGS. */
    if (core->user_gs_base != t->context.gs_base) {
        core->user_gs_base = t->context.gs_base;
        wrmsr(MSR_KERNEL_GS_BASE, core->user_gs_base);
    }
}

void fpu_init(struct tcb *t)
{
    fpu_init_area(t->fpu);
}

void fpu_switch(struct tcb *t)
{
    struct core *core = this_core();
    if (core->fpu_owner == t)
        return;
    if (core->fpu_owner != NULL)
        fpu_save(core->fpu_owner->fpu);
    fpu_restore(t->fpu);
    core->fpu_owner = t;
}

void fpu_flush(struct tcb *t)
{
    struct core *core = this_core();
    if (core->fpu_owner != t)
        return;
    fpu_save(t->fpu);
    core->fpu_owner = NULL;
}

void fpu_forget(struct tcb *t)
{
    struct core *core = this_core();
    if (core->fpu_owner == t)
        core->fpu_owner = NULL;
}

void timer_arm(void)
{
    lapic_timer_oneshot(CONFIG_TIMER_TICK_MS * 1000);
}
