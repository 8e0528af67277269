/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections between a guest and components: see crossvm.h. */
#include <crossvm.h>
#include <init.h>

#include <camkes.h>
#include <stdio.h>

int cross_vm_connections_init(vm_t *vm, uintptr_t connection_base_addr,
                              struct camkes_crossvm_connection *connections, int num_connections,
                              vmm_pci_space_t *pci, seL4_CPtr irq_notification)
{
    char line[160];

    (void)vm;
    (void)connection_base_addr;
    (void)connections;
    (void)pci;
    (void)irq_notification;
    snprintf(line, sizeof(line),
             "%s: %d connections with components are not served yet; the guest starts without them",
             get_instance_name(), num_connections);
    platform_say(line);
    return 0;
}
