/* SPDX-License-Identifier: BSD-2-Clause */
#include <camkes.h>
#include <crossvm.h>

static struct camkes_crossvm_connection connections[] = {
    {&pci_data_handle, pci_ping_emit, {.id = 1, .reg_callback = pci_pong_reg_callback}, "partner"},
    {&pci_large_handle, NULL, {.id = -1}, "large"},
    {NULL, NULL, {.id = -1}, NULL},
};

int camkes_cross_vm_connections_init(vm_t *vm, vmm_pci_space_t *pci, seL4_CPtr irq_notification,
                                     uintptr_t base)
{
    return cross_vm_connections_init(vm, base, connections, ARRAY_SIZE(connections), pci,
                                     irq_notification);
}
