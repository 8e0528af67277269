/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lists that an app has of its guest's dataports and events, for vmm/crossvm.h.
 */
#include "frames.h"

#include <cross_vm_consumes_event.h>
#include <cross_vm_dataport.h>
#include <cross_vm_emits_event.h>

#include <vmm/sel4_host.h>

#include <errno.h>
#include <stdlib.h>

static struct crossvm crossvm;

/* -1 if the hypercalls are taken, which has been said. */
static int prepare(vmm_t *vmm)
{
    return vmm->crossvm ? 0 : crossvm_init(vmm, &crossvm, &sel4_host_sharing);
}

static int failed(vmm_t *vmm, const char *what, int id, int error)
{
    vmm_log(vmm, "%s %d cannot be one of the guest's (error %d)", what, id, error);
    return -1;
}

static int add_dataport(vmm_t *vmm, int id, dataport_caps_handle_t *handle)
{
    unsigned set = dataport_get_id(handle);
    struct crossvm_dataport frames;

    if (set && set != (unsigned)id) {
        vmm_log(vmm, "dataport %d is listed in place %d: ids count from 1", (int)set, id);
        return -1;
    }
    return crossvm_frames(vmm, handle, &frames)
               ?: crossvm_add_dataport(vmm, (uint64_t)id, frames.ctx, frames.size,
                                       frames.page_bits);
}

int cross_vm_dataports_init_common(vmm_t *vmm, dataport_caps_handle_t **dataports, int count)
{
    if (prepare(vmm))
        return -1;
    for (int id = 1; id < count; id++) {
        int error = dataports[id] ? add_dataport(vmm, id, dataports[id]) : 0;

        if (error)
            return failed(vmm, "dataport", id, error);
    }
    return 0;
}

int cross_vm_emits_events_init_common(vmm_t *vmm, camkes_emit_fn *emitters, int count)
{
    if (prepare(vmm))
        return -1;
    for (int id = 1; id < count; id++) {
        int error = emitters[id] ? crossvm_add_emitter(vmm, (uint64_t)id, emitters[id]) : 0;

        if (error)
            return failed(vmm, "emitted event", id, error);
    }
    return 0;
}

/* --- Events for the guest --- */

struct source {
    vmm_t *vmm;
    const camkes_consumes_event_t *event;
};

/* On the interface's thread. */
static void happened(void *arg)
{
    struct source *source = arg;

    crossvm_event(source->vmm, (uint64_t)source->event->id);
    source->vmm->platform.wake(source->vmm);
    (void)source->event->reg_callback(happened, source);
}

/* What it makes stays: the interface has it. */
static int add_event(vmm_t *vmm, const camkes_consumes_event_t *event)
{
    struct source *source = malloc(sizeof(*source));
    int error = source ? crossvm_add_event(vmm, (uint64_t)event->id) : -ENOMEM;

    if (error) {
        free(source);
        return error;
    }
    *source = (struct source){vmm, event};
    return event->reg_callback(happened, source);
}

int cross_vm_consumes_events_init_common(vmm_t *vmm, vspace_t *vspace, camkes_mutex_t *mutex,
                                         camkes_consumes_event_t *events, int count,
                                         seL4_Word irq_badge)
{
    (void)vspace;
    (void)mutex;
    (void)irq_badge;
    if (prepare(vmm))
        return -1;
    for (int i = 0; i < count; i++) {
        int error = add_event(vmm, &events[i]);

        if (error)
            return failed(vmm, "consumed event", events[i].id, error);
    }
    return 0;
}

int cross_vm_consumes_event_irq_num(void)
{
    return CROSSVM_IRQ;
}
