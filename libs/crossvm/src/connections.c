/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list that an app has of its guest's connections, for vmm/connector.h.
 */
#include "frames.h"

#include <crossvm.h>

#include <vmm/connector.h>
#include <vmm/sel4_host.h>

#include <errno.h>
#include <stdlib.h>

struct link {
    struct connector connector;
    const struct camkes_consumes_event *event;
};

/* On the interface's thread. */
static void happened(void *arg)
{
    struct link *link = arg;
    vmm_t *vmm = link->connector.vmm;

    connector_event(&link->connector);
    vmm->platform.wake(vmm);
    (void)link->event->reg_callback(happened, link);
}

/* What it makes stays: the machine has it. */
static int add(vmm_t *vmm, const struct camkes_crossvm_connection *made)
{
    struct link *link = calloc(1, sizeof(*link));
    int error = link ? 0 : -ENOMEM;

    if (!error && made->handle)
        error = crossvm_frames(vmm, made->handle, &link->connector.dataport);
    if (!error) {
        link->connector.memory = &sel4_host_sharing;
        link->connector.emit = made->emit_fn;
        link->connector.name = made->connection_name;
        link->event = &made->consume_event;
        error = connector_add(vmm, &link->connector);
    }
    if (error)
        free(link);
    else if (link->event->reg_callback)
        error = link->event->reg_callback(happened, link);
    return error;
}

int cross_vm_connections_init(vm_t *vm, uintptr_t connection_base_addr,
                              struct camkes_crossvm_connection *connections, int num_connections,
                              vmm_pci_space_t *pci, seL4_CPtr irq_notification)
{
    (void)connection_base_addr; /* firmware's part: pci_place() */
    (void)pci;
    (void)irq_notification;
    for (int i = 0; i < num_connections; i++) {
        int error = add(vm, &connections[i]);

        if (error) {
            vmm_log(vm, "connection %d of %d cannot be made (error %d); a guest has %d at most", i,
                    num_connections, error, PCI_SLOTS - 1);
            return -1;
        }
    }
    return 0;
}
