/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The little that the kernel itself wants from ACPI: where the interrupt controllers and the I/O
 * memory management units are.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Layout of the root system description pointer; revision 0 ends before `length`. */
struct acpi_rsdp {
    char signature[8];
    uint8_t checksum;
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __attribute__((packed));

/* The valid pointer, found in the BIOS areas; NULL if there is none. In the physical window. */
const struct acpi_rsdp *acpi_find_rsdp(void);

/* The valid table of this name, in the physical window, and its length; NULL: there is none. */
const void *acpi_find_table(const struct acpi_rsdp *rsdp, const char *name, size_t *size);

/* Maps the local APIC and adds all I/O APICs, by the MADT or, without one, by convention. */
void acpi_init_interrupts(const struct acpi_rsdp *rsdp);
