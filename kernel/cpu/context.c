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
#include "sched/switch.h"

#include <stddef.h>

#include <sel4/config.h>

_Static_assert(sizeof(((struct tcb *)0)->fpu) == FPU_AREA_SIZE, "fpu.h and tcb.h agree");

void context_switch(struct tcb *t)
{
    switch_context(this_core(), t);
}

void fpu_init(struct tcb *t)
{
    fpu_init_area(t->fpu);
}

void fpu_switch(struct tcb *t)
{
    switch_fpu(this_core(), t);
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
