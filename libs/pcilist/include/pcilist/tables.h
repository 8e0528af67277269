/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of the firmware's that name registers of PCI. They are copies, perhaps cut off, and
 * nothing in them is believed: what does not fit ends the reading.
 * Rests on: PCI Firmware Specification 3.0, 4.1.2 (MCFG); Intel VT-d specification (D51397), 8.1
 * and 8.3 (DMAR); AMD I/O Virtualization Technology 48882, 5.2 (IVRS).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes of configuration space in memory that a bus has (PCI Express 3.0, 7.2.2). */
#define PCI_ECAM_BUS_BITS 20

/* Configuration space of buses `first` to `last`, in memory: that of bus 0 would be at `base`. */
struct pci_ecam {
    uint64_t base;
    uint16_t segment;
    uint8_t first, last;
};

/*
 * The ranges that an MCFG table of `size` bytes (from its signature on) names, up to `max` of them;
 * how many. Ranges that cannot be are left out.
 */
unsigned pcilist_read_mcfg(const void *table, size_t size, struct pci_ecam *ranges, unsigned max);

/* The units that a DMAR or IVRS table names, in the same way. */
struct pci_iommu {
    bool amd;
    uint16_t segment;
    uint64_t registers;
};
unsigned pcilist_read_iommus(const void *table, size_t size, struct pci_iommu *units, unsigned max);
