/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: where they start, what they may reach, and in which order of importance they run.
 */
#include "loader.h"

static int configure(const struct capdl_thread *t)
{
    const struct description *d = &loader.plan.description;
    struct plan *plan = &loader.plan;
    struct plan_object *tcb = plan_object(plan, t->tcb);
    const char *name = description_string(d, t->name);
    seL4_Word guard =
        seL4_CNode_CapData_new(0, seL4_WordBits - d->objects[t->cnode].size_bits).words[0];
    seL4_UserContext regs = {
        .rip = plan->programs[t->instance].elf.entry,
        .rsp = t->stack_pointer,
        .rflags = 1 << 1 | 1 << 9, /* the bit that is always set; interrupts on */
        .rdi = t->argument,
        .rsi = t->ipc_buffer,
    };
    if (kernel_says(seL4_TCB_Configure(tcb->slot, t->fault_slot, plan_object(plan, t->cnode)->slot,
                                       guard, plan_object(plan, t->vspace)->slot, 0, t->ipc_buffer,
                                       plan_object(plan, t->ipc_frame)->slot),
                    name, "be configured") ||
        kernel_says(
            seL4_TCB_SetSchedParams(tcb->slot, seL4_CapInitThreadTCB, t->max_priority, t->priority),
            name, "get its priority") ||
        kernel_says(seL4_TCB_WriteRegisters(tcb->slot, 0, 0, seL4_UserContext_Words, &regs), name,
                    "get its registers"))
        return -1;
    if (t->bound_notification != CAPDL_NONE &&
        kernel_says(
            seL4_TCB_BindNotification(tcb->slot, plan_object(plan, t->bound_notification)->slot),
            name, "be bound to its notification"))
        return -1;
    if (t->affinity && kernel_says(seL4_TCB_SetAffinity(tcb->slot, t->affinity), name,
                                   "run on the core that its affinity setting names"))
        return -1;
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(tcb->slot, name);
#endif
    /* A thread whose control block nobody holds lives on through the loader's capability. */
    tcb->keep = tcb->holders == 0;
    return 0;
}

int configure_threads(void)
{
    const struct description *d = &loader.plan.description;
    for (uint32_t i = 0; i < d->thread_count; i++)
        if (configure(&d->threads[i]))
            return -1;
    return 0;
}

int resume_threads(void)
{
    const struct description *d = &loader.plan.description;
    for (uint32_t i = 0; i < d->thread_count; i++)
        if (kernel_says(seL4_TCB_Resume(plan_object(&loader.plan, d->threads[i].tcb)->slot),
                        description_string(d, d->threads[i].name), "be started"))
            return -1;
    return 0;
}
