/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What about PCI is the kernel's: the messages (MSI, MSI-X) of a function, since a local APIC
 * cannot mask a vector; and in whose name functions access memory. Everything else is for drivers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pci_messages {
    uint16_t function; /* bus (8), device (5), function (3) */
    uint8_t
        capability[2]; /* MSI-X, MSI: their place in the configuration space; 0: there is none */
    uint8_t held;      /* 1 + which of these holds it back; 0: it is free */
};

/* The word at `offset`, even, of the first 256 bytes; all ones where there is no function. */
uint16_t pci_read(uint16_t function, unsigned offset);
/* Where the capability is; 0: there is none. */
unsigned pci_find_capability(uint16_t function, uint8_t id);
/* Base class and sub-class; all ones where there is no function. */
uint16_t pci_class(uint16_t function);
/* The bus behind the bridge that is this function. */
uint8_t pci_bus_behind(uint16_t bridge);
/* Let the function, which has no driver but the kernel, send this message (MSI). */
void pci_send_messages(uint16_t function, uint32_t address, uint16_t data);

/* A function that does not exist has none, and cannot be held back. */
void pci_find_messages(struct pci_messages *m, unsigned bus, unsigned device, unsigned function);
/*
 * Hold back the function's messages, if there is a way. MSI-X has a mask, and the function keeps
 * what is pending. MSI is switched off; where several messages are in use, which would lose some,
 * it is left alone. Letting them go again undoes just that.
 */
void pci_hold_messages(struct pci_messages *m, bool hold);

/* Finds the bridges; at boot, once. */
void pci_find_requesters(void);
/*
 * The function in whose name this one's accesses and messages reach the IOMMU: itself, or another
 * one, which it shares with all that are behind the same bridge to conventional PCI.
 */
uint16_t pci_requester(uint16_t function);
