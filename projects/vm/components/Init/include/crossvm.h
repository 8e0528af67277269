/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections between a guest and components, as apps list them: the frames of a dataport, and the
 * events of either direction. They are compiled, not served yet: the guest starts without, and the
 * build and the monitor say so.
 */
#pragma once

#include <camkes/dataport_caps.h>
#include <sel4vmmplatsupport/drivers/cross_vm_connection.h>
#include <sel4vmmplatsupport/drivers/pci_helper.h>

struct camkes_consumes_event {
    vm_t *vm;
    unsigned int id;
    int (*reg_callback)(event_callback_fn callback, void *arg); /* NULL: none */
    seL4_CPtr irq_notification;
};

struct camkes_crossvm_connection {
    dataport_caps_handle_t *handle;
    emit_fn emit_fn; /* NULL: none */
    struct camkes_consumes_event consume_event;
};

/* What an app's camkes_cross_vm_connections_init() calls. 0. */
int cross_vm_connections_init(vm_t *vm, uintptr_t connection_base_addr,
                              struct camkes_crossvm_connection *connections, int num_connections,
                              vmm_pci_space_t *pci, seL4_CPtr irq_notification);
