/* SPDX-License-Identifier: BSD-2-Clause */
/* What vm0 is connected with: a page of watch's, and an event for vm1. */
#include <base/bits.h>
#include <camkes.h>
#include <cross_vm_dataport.h>
#include <cross_vm_emits_event.h>

static dataport_caps_handle_t *dataports[] = {NULL, &page_handle};
static camkes_emit_fn emitted[] = {NULL, ring_emit};

int cross_vm_dataports_init(vmm_t *vmm)
{
    return cross_vm_dataports_init_common(vmm, dataports, ARRAY_SIZE(dataports));
}

int cross_vm_emits_events_init(vmm_t *vmm)
{
    return cross_vm_emits_events_init_common(vmm, emitted, ARRAY_SIZE(emitted));
}
