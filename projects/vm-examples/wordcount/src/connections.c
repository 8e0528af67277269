/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's connections in the order in which it finds them: /dev/uio0, /dev/uio1. */
#include <camkes.h>
#include <crossvm.h>

static struct camkes_crossvm_connection connections[] = {
    {&text_handle, ready_emit, {.id = -1}, "text"},
    {&counts_handle, NULL, {.id = 1, .reg_callback = done_reg_callback}, "counts"},
};

int camkes_cross_vm_connections_init(vm_t *vm, vmm_pci_space_t *pci, seL4_CPtr irq_notification,
                                     uintptr_t base)
{
    return cross_vm_connections_init(vm, base, connections, ARRAY_SIZE(connections), pci,
                                     irq_notification);
}
