/* SPDX-License-Identifier: BSD-2-Clause */
/* What vm1 is connected with: the event that vm0 emits. */
#include <base/bits.h>
#include <camkes.h>
#include <cross_vm_consumes_event.h>

static camkes_consumes_event_t consumed[] = {{.id = 1, .reg_callback = rung_reg_callback}};

int cross_vm_consumes_events_init(vmm_t *vmm, vspace_t *vspace, seL4_Word irq_badge)
{
    return cross_vm_consumes_events_init_common(vmm, vspace, NULL, consumed, ARRAY_SIZE(consumed),
                                                irq_badge);
}
