/* SPDX-License-Identifier: BSD-2-Clause */
/* What the description has guest 0's monitor call, in the manners of 2018 and of today. */
#include <camkes.h>
#include <sel4vm/guest_vm.h>
#include <sel4vmmplatsupport/drivers/pci_helper.h>
#include <sel4vmmplatsupport/ioports.h>

void begin_2018(vmm_t *vmm);
void begin_today(vm_t *vm, vmm_pci_space_t *pci, vmm_io_port_list_t *io_ports);
void nudged(vm_t *vm);

void begin_2018(vmm_t *vmm)
{
    vmm_log(vmm, "the hook of 2018");
}

void begin_today(vm_t *vm, vmm_pci_space_t *pci, vmm_io_port_list_t *io_ports)
{
    vmm_log(vm, "the hook of today: %d", pci == &vm->pci && io_ports == &vm->ports);
    nudge_emit();
}

void nudged(vm_t *vm)
{
    vmm_log(vm, "the hook was nudged");
}
