/* SPDX-License-Identifier: BSD-2-Clause */
/* The app's lists, and hypercalls by which the guest sees what its requests cost the monitor. */
#include "board.h"

#include <init.h>

#include <cross_vm_consumes_event.h>
#include <cross_vm_dataport.h>
#include <cross_vm_emits_event.h>
#include <vmm/sel4_host.h>

#include <alloc/alloc.h>
#include <base/bits.h>
#include <camkes.h>
#include <malloc.h>

extern dataport_caps_handle_t one_handle, three_handle, many_handle, large_handle, read_only_handle;

static dataport_caps_handle_t *dataports[] = {NULL,         &one_handle,   &three_handle,
                                              &many_handle, &large_handle, &read_only_handle};
static camkes_emit_fn emitted[] = {NULL, call_emit};
static camkes_consumes_event_t consumed[] = {{.id = 1, .reg_callback = answer_reg_callback}};

int cross_vm_dataports_init(vmm_t *vmm)
{
    return cross_vm_dataports_init_common(vmm, dataports, ARRAY_SIZE(dataports));
}

int cross_vm_emits_events_init(vmm_t *vmm)
{
    return cross_vm_emits_events_init_common(vmm, emitted, ARRAY_SIZE(emitted));
}

int cross_vm_consumes_events_init(vmm_t *vmm, struct vspace *vspace, seL4_Word irq_badge)
{
    return cross_vm_consumes_events_init_common(vmm, vspace, NULL, consumed, ARRAY_SIZE(consumed),
                                                irq_badge);
}

static int on_call(vmm_vcpu_t *vcpu)
{
    static unsigned lives;
    const struct alloc *alloc = vcpu->vmm->host->alloc;
    uint64_t value = 0;

    switch (vmm_get_register(vcpu, seL4_VCPUReg_RAX)) {
    case TOKEN_LIVES:
        value = ++lives;
        break;
    case TOKEN_MEMORY:
        value = alloc_available(alloc, PAGE_BITS_4K);
        break;
    case TOKEN_SLOTS:
        value = alloc_slots_left(alloc);
        break;
    default:
        value = (uint64_t)mallinfo().uordblks;
    }
    vmm_set_register(vcpu, seL4_VCPUReg_RAX, value);
    return 0;
}

int vmm_app_init(vmm_t *vmm)
{
    int error = 0;

    for (int token = TOKEN_LIVES; !error && token <= TOKEN_HEAP; token++)
        error = reg_new_handler(vmm, on_call, token);
    return error;
}
