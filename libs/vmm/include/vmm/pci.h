/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI configuration space by mechanism 1 (ports 0xcf8 and 0xcfc), one bus, one function per slot.
 * Rests on: PCI Local Bus Specification 3.0, chapters 3.2.2.3 and 6.
 */
#pragma once

#include <vmm/device.h>

#define PCI_SLOTS        32
#define PCI_CONFIG_BYTES 256

#define PCI_CONFIG_ADDRESS 0xcf8
#define PCI_CONFIG_DATA    0xcfc

/*
 * One function. Reads come from config[]; a written bit sticks where writable[] has a one. A model
 * that must act on a write, or answer a read from elsewhere, sets the hooks.
 */
struct pci_function {
    const char *name;
    uint8_t config[PCI_CONFIG_BYTES];
    uint8_t writable[PCI_CONFIG_BYTES];
    void (*written)(struct pci_function *function, unsigned offset, unsigned size);
    void *ctx;
};

struct pci {
    uint32_t address; /* the latch at 0xcf8 */
    struct pci_function *slot[PCI_SLOTS];
    struct pci_function host_bridge;
};

void pci_init(struct pci *pci);
/* What RST# does: all that the guest may write is 0, in all functions (6.1, 6.2.2). */
void pci_reset(struct pci *pci);
int pci_attach(struct pci *pci, struct port_bus *ports);
/* Put a function into a slot; -EBUSY if taken. */
int pci_add(struct pci *pci, unsigned slot, struct pci_function *function);

/* Fill in the identity of a function. */
void pci_identify(struct pci_function *function, uint16_t vendor, uint16_t device,
                  uint32_t class_code, uint8_t revision);
