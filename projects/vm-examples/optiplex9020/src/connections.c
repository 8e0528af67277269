/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connections of guest 0, in the order in which it finds them: /dev/uio0 has `src` and emits
 * `ready`, /dev/uio1 has `dest` and waits for `done`.
 */
#include <camkes.h>
#include <crossvm.h>

static struct camkes_crossvm_connection connections[] = {
    {&src_handle, ready_emit, {.id = -1}, "reverse_src"},
    {&dest_handle, NULL, {.id = 1, .reg_callback = done_reg_callback}, "reverse_dest"},
};

int camkes_cross_vm_connections_init(vm_t *vm, vmm_pci_space_t *pci, seL4_CPtr irq_notification,
                                     uintptr_t base)
{
    return cross_vm_connections_init(vm, base, connections, ARRAY_SIZE(connections), pci,
                                     irq_notification);
}
