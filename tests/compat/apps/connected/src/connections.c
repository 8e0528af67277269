/* SPDX-License-Identifier: BSD-2-Clause */
/* What guest 0 has to do with `reverser`, as today's apps list it. */
#include <camkes.h>
#include <camkes/dataport_caps.h>
#include <crossvm.h>
#include <sel4vm/guest_vm.h>
#include <sel4vmmplatsupport/drivers/cross_vm_connection.h>
#include <sel4vmmplatsupport/drivers/pci_helper.h>

static struct camkes_crossvm_connection list[] = {
    {&text_handle, go_emit, {.id = -1, .reg_callback = NULL}},
    {&result_handle, NULL, {.id = 1, .reg_callback = gone_reg_callback}},
};

int camkes_cross_vm_connections_init(vm_t *vm, vmm_pci_space_t *pci, seL4_CPtr irq_notification,
                                     uintptr_t base)
{
    return cross_vm_connections_init(vm, base, list, ARRAY_SIZE(list), pci, irq_notification);
}
