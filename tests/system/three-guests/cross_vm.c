/* SPDX-License-Identifier: BSD-2-Clause */
/* Of either connected guest: dataport 1, event 1 of each direction. */
#include <base/bits.h>
#include <camkes.h>
#include <camkes_mutex.h>
#include <cross_vm_consumes_event.h>
#include <cross_vm_dataport.h>
#include <cross_vm_emits_event.h>

extern dataport_caps_handle_t data_handle;

static dataport_caps_handle_t *dataports[] = {NULL, &data_handle};
static camkes_emit_fn emitted[] = {NULL, ring_emit};
static camkes_consumes_event_t consumed[] = {{.id = 1, .reg_callback = rung_reg_callback}};
static camkes_mutex_t mutex = {cross_vm_event_mutex_lock, cross_vm_event_mutex_unlock};

int cross_vm_dataports_init(vmm_t *vmm)
{
    return cross_vm_dataports_init_common(vmm, dataports, ARRAY_SIZE(dataports));
}

int cross_vm_emits_events_init(vmm_t *vmm)
{
    return cross_vm_emits_events_init_common(vmm, emitted, ARRAY_SIZE(emitted));
}

int cross_vm_consumes_events_init(vmm_t *vmm, vspace_t *vspace, seL4_Word irq_badge)
{
    return cross_vm_consumes_events_init_common(vmm, vspace, &mutex, consumed, ARRAY_SIZE(consumed),
                                                irq_badge);
}
