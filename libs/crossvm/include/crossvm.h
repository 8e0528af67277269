/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections between a guest and components as today's apps list them: the frames of a dataport,
 * and an event of either direction. The guest sees each as a PCI function (vmm/connector.h).
 */
#pragma once

#include <camkes/dataport_caps.h>
#include <sel4vmmplatsupport/drivers/cross_vm_connection.h>
#include <sel4vmmplatsupport/drivers/pci_helper.h>

struct camkes_consumes_event {
    vm_t *vm;        /* not used */
    unsigned int id; /* -1: none; there is nothing else to it */
    int (*reg_callback)(event_callback_fn callback, void *arg); /* NULL: none */
    seL4_CPtr irq_notification;                                 /* not used */
};

struct camkes_crossvm_connection {
    dataport_caps_handle_t *handle;
    emit_fn emit_fn; /* NULL: none */
    struct camkes_consumes_event consume_event;
    const char *connection_name; /* NULL: "connector"; the guest reads up to 49 characters */
};

/*
 * What an app's camkes_cross_vm_connections_init() calls. The guest finds its functions in the
 * order of the list; `connection_base_addr`, `pci` and `irq_notification` are what that was called
 * with. Returns 0, or -1 after a message.
 */
int cross_vm_connections_init(vm_t *vm, uintptr_t connection_base_addr,
                              struct camkes_crossvm_connection *connections, int num_connections,
                              vmm_pci_space_t *pci, seL4_CPtr irq_notification);
