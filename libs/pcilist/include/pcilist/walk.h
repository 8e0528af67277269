/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Going through the configuration space of the machine that this runs on.
 * Rests on: PCI Local Bus Specification 3.0, 6.1, 6.2.4 (functions of a device); PCI Express Base
 * Specification 3.0, 7.9.3 (extended capabilities).
 */
#pragma once

#include <stdint.h>

/* A longer list of extended capabilities goes round in circles. */
#define PCI_EXTENDED_MOST 48
/* The number of access control services (7.16): capabilities at 4, the control register at 6. */
#define PCI_EXTENDED_ACS  0x000d

/* Reads `size` bytes, 1, 2 or 4; all ones where nothing is. */
typedef uint32_t (*pcilist_read_fn)(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset,
                                    unsigned size);

struct pci_extended {
    uint16_t number, offset;
};

/* Calls `found` for each function on the first `buses` buses. */
void pcilist_walk(pcilist_read_fn read, unsigned buses,
                  void (*found)(void *ctx, uint8_t bus, uint8_t dev, uint8_t fun), void *ctx);

/* The extended capabilities of a function; how many. */
unsigned pcilist_extended(pcilist_read_fn read, uint8_t bus, uint8_t dev, uint8_t fun,
                          struct pci_extended list[PCI_EXTENDED_MOST]);
