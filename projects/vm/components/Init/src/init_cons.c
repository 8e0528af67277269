/* SPDX-License-Identifier: BSD-2-Clause */
#include <init_con.h>

void init_cons_start(vmm_t *vmm)
{
    for (const struct init_con *con = vm_init_cons; con && con->name; con++) {
        if (con->start)
            con->start(vmm, &vmm->pci, &vmm->ports);
        else
            vmm_log(vmm, "init_cons: there is no function %s; the guest starts without", con->name);
        if (con->irq_name && !con->irq)
            vmm_log(vmm, "init_cons: there is no function %s", con->irq_name);
        if (con->irq && !con->badge && !con->bits)
            vmm_log(vmm, "init_cons: %s has no badge: a number, or name()", con->irq_name);
    }
}

void init_cons_notify(vmm_t *vmm, seL4_Word badge)
{
    for (const struct init_con *con = vm_init_cons; con && con->name; con++) {
        seL4_Word bits = con->badge ? con->badge() : con->bits;

        if (con->irq && bits && (badge & bits) == bits) {
            vmm_keep_registers(&vmm->vcpu);
            con->irq(vmm);
        }
    }
}
