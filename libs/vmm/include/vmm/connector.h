/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PCI function through which a guest is connected with a component, 1af4:a111: a dataport and
 * an event of each direction.
 *
 * Memory 0, one page of registers:
 *
 *     +0 emit     write   the guest's event
 *     +4 consume  read    events for the guest since this was written last
 *                 write   so many are left: 0 when the guest has seen to them
 *     +8 name     read    of the connection, at most 50 bytes with the NUL
 *
 * The interrupt, pin A, is asserted while `consume` is not 0 and the function's memory is decoded.
 *
 * Memory 1: the dataport, in as many bytes as the next power of two; nothing answers after its end.
 */
#pragma once

#include <vmm/crossvm.h>
#include <vmm/vmm.h>

#define CONNECTOR_VENDOR     0x1af4
#define CONNECTOR_DEVICE     0xa111
#define CONNECTOR_REVISION   1
#define CONNECTOR_CLASS      0x050000 /* memory, RAM */
#define CONNECTOR_NAME_BYTES 50

enum connector_register {
    CONNECTOR_EMIT = 0,
    CONNECTOR_CONSUME = 4,
    CONNECTOR_NAME = 8,
    CONNECTOR_REGISTERS_END = CONNECTOR_NAME + CONNECTOR_NAME_BYTES,
};

struct connector {
    /* To be set by whoever makes one, the rest being 0. */
    const struct crossvm_memory *memory;
    struct crossvm_dataport dataport; /* ctx null: none */
    void (*emit)(void);               /* null: none */
    const char *name;                 /* null: "connector" */

    vmm_t *vmm;
    struct connector *next;
    struct pci_function function;
    uint32_t arrived; /* events that the guest has not been told of; any thread */
    uint32_t consume;
    char label[CONNECTOR_NAME_BYTES];
};

/* Into the first free slot, before vmm_run(). 0 or a negative errno. */
int connector_add(vmm_t *vmm, struct connector *connector);

/* An event for the guest has come. From any thread, as crossvm_event(). */
void connector_event(struct connector *connector);
/* Tell the guest of what has come by all its connectors; crossvm_deliver() does. */
void connectors_deliver(vmm_t *vmm);
