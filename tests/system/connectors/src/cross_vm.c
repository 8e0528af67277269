/* SPDX-License-Identifier: BSD-2-Clause */
#include <camkes.h>
#include <camkes_mutex.h>
#include <cross_vm_consumes_event.h>
#include <cross_vm_dataport.h>
#include <cross_vm_emits_event.h>
#include <dataport_caps.h>

static dataport_caps_handle_t *dataports[] = {NULL, &data_handle, &large_handle};
static camkes_emit_fn emitted[] = {NULL, ping_emit};
static camkes_consumes_event_t consumed[] = {{.id = 1, .reg_callback = pong_reg_callback}};
static camkes_mutex_t mutex = {event_mutex_lock, event_mutex_unlock};

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
