/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that a description has the monitor call: vmN.init_cons, as a table that
 * projects/vm/init-cons.cmake writes.
 */
#pragma once

#include <vmm/vmm.h>

/* An app's own may take `vmm` alone, as in 2018. */
typedef void init_con_start(vmm_t *vmm, struct pci *pci, struct port_bus *ports);
typedef seL4_Word init_con_badge(void);
typedef void init_con_irq(vmm_t *vmm);

struct init_con {
    const char *name; /* null: the end of the table */
    init_con_start *start;
    init_con_badge *badge; /* the bits of a notification that are meant for it, or `bits` */
    seL4_Word bits;
    const char *irq_name;
    init_con_irq *irq; /* null: it is told of none */
};

extern const struct init_con vm_init_cons[] __attribute__((weak));

/* Call each, before the guest starts. One that is not there is named, and left out. */
void init_cons_start(vmm_t *vmm);
/* A notification has come: tell whom it is for. */
void init_cons_notify(vmm_t *vmm, seL4_Word badge);
