/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables of the virtual PC: RSDP, XSDT, FADT, FACS, MADT and a DSDT with the power-off state,
 * the PCI root with its resources and interrupts, the serial port and the clock.
 * Rests on: ACPI specification 6.4, chapters 5 (tables), 6.4 (resources) and 20 (AML).
 */
#include "aml.h"

#include <vmm/acpi_pm.h>
#include <vmm/boot.h>
#include <vmm/rtc.h>

#include <errno.h>

#define SCI_FLAGS 0x000d /* active high, level */
#define PCI_FLAGS 0x000f /* active low, level */

#define LEGACY_IRQS 16

#define FADT_LENGTH       244
#define FADT_WBINVD       BIT(0)
#define FADT_PROC_C1      BIT(2)
#define FADT_SLEEP_BUTTON BIT(5) /* set: there is none */
#define FADT_TIMER_32     BIT(8)
#define FADT_RESET        BIT(10)
#define BOOT_ARCH_LEGACY  BIT(0)
#define BOOT_ARCH_NO_VGA  BIT(2)
#define CHECKSUM_OFFSET   9

static const char oem_id[6] = {'C', 'A', 'I', 'S', 'S', 'N'};

static uint8_t checksum(const uint8_t *bytes, unsigned size)
{
    uint8_t sum = 0;

    for (unsigned i = 0; i < size; i++)
        sum += bytes[i];
    return (uint8_t)-sum;
}

/* The header of a table; table_end() fills in length and checksum. */
static unsigned table_begin(struct aml *out, const char *signature, uint8_t revision)
{
    unsigned start;

    while (out->used % 64)
        aml_byte(out, 0);
    start = out->used;
    aml_bytes(out, signature, 4);
    aml_dword(out, 0);
    aml_byte(out, revision);
    aml_byte(out, 0);
    aml_bytes(out, oem_id, sizeof(oem_id));
    aml_bytes(out, "CAISSON ", 8);
    aml_dword(out, 1);
    aml_bytes(out, "CSSN", 4);
    aml_dword(out, 1);
    return start;
}

static void table_end(struct aml *out, unsigned start)
{
    uint32_t length = out->used - start;

    if (out->overflow)
        return;
    memcpy(out->bytes + start + 4, &length, 4);
    out->bytes[start + CHECKSUM_OFFSET] = checksum(out->bytes + start, length);
}

/* --- DSDT --- */

static void add_pci_routing(struct aml *out, const struct pci *pci)
{
    struct aml_package list;

    aml_name(out, "_PRT");
    list = aml_package(out, 31 * 4);
    for (unsigned slot = 1; slot < 32; slot++) {
        for (unsigned pin = 0; pin < 4; pin++) {
            struct aml_package entry = aml_package(out, 4);

            aml_integer(out, slot << 16 | 0xffff);
            aml_integer(out, pin);
            aml_integer(out, 0);
            aml_integer(out, pci_pin_gsi(pci, slot, pin));
            aml_end(out, entry);
        }
    }
    aml_end(out, list);
}

static void add_pci_root(struct aml *out, const struct pci *pci)
{
    struct aml_package device = aml_device(out, "PCI0"), buffer;

    aml_name(out, "_HID");
    aml_eisa_id(out, 0x41d0, 0x0a03);
    aml_name(out, "_UID");
    aml_integer(out, 0);
    aml_name(out, "_CRS");
    buffer = aml_buffer(out);
    aml_word_range(out, AML_RANGE_BUS, 0x0c, 0, 0, 0);
    aml_io_ports(out, PCI_CONFIG_ADDRESS, 8);
    aml_word_range(out, AML_RANGE_IO, 0x0c, 3, 0, PCI_CONFIG_ADDRESS - 1);
    aml_word_range(out, AML_RANGE_IO, 0x0c, 3, PCI_CONFIG_ADDRESS + 8, 0xffff);
    aml_dword_memory(out, (uint32_t)BOOT_LOW_RAM_MAX, (uint32_t)BOOT_PCI_WINDOW_END - 1);
    if (pci->high)
        aml_qword_memory(out, pci->host.window[1].base, pci->host.window[1].end - 1);
    aml_buffer_end(out, buffer);
    add_pci_routing(out, pci);
    aml_end(out, device);
}

static void add_legacy_device(struct aml *out, const char *name, uint16_t id, uint16_t port,
                              uint8_t ports, unsigned irq)
{
    struct aml_package device = aml_device(out, name), buffer;

    aml_name(out, "_HID");
    aml_eisa_id(out, 0x41d0, id);
    aml_name(out, "_UID");
    aml_integer(out, 1);
    aml_name(out, "_CRS");
    buffer = aml_buffer(out);
    aml_io_ports(out, port, ports);
    aml_irq(out, irq);
    aml_buffer_end(out, buffer);
    aml_end(out, device);
}

/* What the MCFG table names counts if the mainboard has it, too (PCI Firmware 3.0, 4.1.2). */
static void add_mainboard(struct aml *out)
{
    struct aml_package device = aml_device(out, "MBRD"), buffer;

    aml_name(out, "_HID");
    aml_eisa_id(out, 0x41d0, 0x0c02);
    aml_name(out, "_UID");
    aml_integer(out, 1);
    aml_name(out, "_CRS");
    buffer = aml_buffer(out);
    aml_fixed_memory(out, (uint32_t)PCI_EXTENDED_BASE, (uint32_t)PCI_EXTENDED_SIZE);
    aml_buffer_end(out, buffer);
    aml_end(out, device);
}

static unsigned build_dsdt(struct aml *out, const struct pci *pci)
{
    unsigned start = table_begin(out, "DSDT", 2);
    struct aml_package scope, state;

    aml_name(out, "_S5_");
    state = aml_package(out, 4);
    aml_integer(out, ACPI_SLEEP_S5);
    aml_integer(out, ACPI_SLEEP_S5);
    aml_integer(out, 0);
    aml_integer(out, 0);
    aml_end(out, state);
    scope = aml_scope(out, "_SB_");
    add_pci_root(out, pci);
    if (pci->extended)
        add_mainboard(out);
    add_legacy_device(out, "COM1", 0x0501, 0x3f8, 8, 4);
    add_legacy_device(out, "RTC0", 0x0b00, 0x70, 2, 8);
    aml_end(out, scope);
    table_end(out, start);
    return start;
}

/* --- Fixed tables --- */

static unsigned build_facs(struct aml *out)
{
    unsigned start;

    while (out->used % 64)
        aml_byte(out, 0);
    start = out->used;
    aml_bytes(out, "FACS", 4);
    aml_dword(out, 64);
    for (unsigned i = 8; i < 64; i++)
        aml_byte(out, i == 32 ? 1 : 0); /* version 1 */
    return start;
}

static void add_register(struct aml *out, uint16_t port, uint8_t bytes)
{
    aml_byte(out, port ? 1 : 0); /* I/O space */
    aml_byte(out, (uint8_t)(8 * bytes));
    aml_byte(out, 0);
    aml_byte(out, bytes == 4 ? 3 : bytes);
    aml_qword(out, port);
}

static unsigned build_fadt(struct aml *out, uint32_t facs, uint32_t dsdt)
{
    unsigned start = table_begin(out, "FACP", 3);

    aml_dword(out, facs);
    aml_dword(out, dsdt);
    aml_word(out, 0); /* reserved; unspecified profile */
    aml_word(out, ACPI_SCI_IRQ);
    aml_dword(out, 0); /* no SMI command: ACPI is always on */
    aml_dword(out, 0);
    aml_dword(out, ACPI_PM_EVENT);
    aml_dword(out, 0);
    aml_dword(out, ACPI_PM_CONTROL);
    aml_dword(out, 0);
    aml_dword(out, 0);
    aml_dword(out, ACPI_PM_TIMER);
    aml_dword(out, 0);
    aml_dword(out, 0);
    aml_dword(out, 4 | 2u << 8 | 0u << 16 | 4u << 24); /* lengths of the blocks above */
    aml_dword(out, 0);
    aml_word(out, 0xffff); /* no C2, no C3 */
    aml_word(out, 0xffff);
    aml_qword(out, 0); /* flush, duty cycle and alarm fields: none */
    aml_byte(out, RTC_CENTURY);
    aml_word(out, BOOT_ARCH_LEGACY | BOOT_ARCH_NO_VGA);
    aml_byte(out, 0);
    aml_dword(out, FADT_WBINVD | FADT_PROC_C1 | FADT_SLEEP_BUTTON | FADT_TIMER_32 | FADT_RESET);
    add_register(out, ACPI_RESET_PORT, 1);
    aml_byte(out, ACPI_RESET_FULL);
    aml_word(out, 0);
    aml_byte(out, 0);
    aml_qword(out, facs);
    aml_qword(out, dsdt);
    add_register(out, ACPI_PM_EVENT, 4);
    add_register(out, 0, 0);
    add_register(out, ACPI_PM_CONTROL, 2);
    add_register(out, 0, 0);
    add_register(out, 0, 0);
    add_register(out, ACPI_PM_TIMER, 4);
    add_register(out, 0, 0);
    add_register(out, 0, 0);
    table_end(out, start);
    return start;
}

static void add_override(struct aml *out, uint8_t irq, uint32_t gsi, uint16_t flags)
{
    aml_byte(out, 2);
    aml_byte(out, 10);
    aml_byte(out, 0);
    aml_byte(out, irq);
    aml_dword(out, gsi);
    aml_word(out, flags);
}

static unsigned build_madt(struct aml *out, const struct pci *pci)
{
    unsigned start = table_begin(out, "APIC", 3);

    aml_dword(out, (uint32_t)LAPIC_BASE);
    aml_dword(out, 1);          /* there is an 8259 pair, too */
    aml_word(out, 0 | 8u << 8); /* local APIC: CPU 0, id 0, enabled */
    aml_word(out, 0);
    aml_dword(out, 1);
    aml_word(out, 1 | 12u << 8); /* I/O APIC from GSI 0 */
    aml_word(out, IOAPIC_ID);
    aml_dword(out, (uint32_t)IOAPIC_BASE);
    aml_dword(out, 0);
    add_override(out, 0, 2, 0); /* the timer is on pin 2 */
    add_override(out, ACPI_SCI_IRQ, ACPI_SCI_IRQ, SCI_FLAGS);
    for (uint8_t gsi = 0; gsi < LEGACY_IRQS; gsi++)
        if (gsi != ACPI_SCI_IRQ && pci_uses_gsi(pci, gsi))
            add_override(out, gsi, gsi, PCI_FLAGS);
    aml_word(out, 4 | 6u << 8); /* NMI on LINT1 of all CPUs */
    aml_byte(out, 0xff);
    aml_word(out, 0);
    aml_byte(out, 1);
    table_end(out, start);
    return start;
}

/* PCI Firmware Specification 3.0, table 4-3: segment 0, bus 0. */
static unsigned build_mcfg(struct aml *out)
{
    unsigned start = table_begin(out, "MCFG", 1);

    aml_qword(out, 0);
    aml_qword(out, PCI_EXTENDED_BASE);
    aml_word(out, 0);
    aml_word(out, 0);
    aml_dword(out, 0);
    table_end(out, start);
    return start;
}

static bool write_rsdp(const struct guest_memory *memory, uint64_t xsdt)
{
    uint8_t rsdp[36] = "RSD PTR ";
    uint32_t length = sizeof(rsdp);

    memcpy(rsdp + 9, oem_id, sizeof(oem_id));
    rsdp[15] = 2; /* revision; no RSDT */
    memcpy(rsdp + 20, &length, 4);
    memcpy(rsdp + 24, &xsdt, 8);
    rsdp[8] = checksum(rsdp, 20);
    rsdp[32] = checksum(rsdp, sizeof(rsdp));
    return guest_write(memory, BOOT_ACPI_RSDP, rsdp, sizeof(rsdp));
}

int acpi_build_tables(const struct guest_memory *memory, const struct pci *pci)
{
    const uint64_t size = BOOT_ACPI_RSDP - BOOT_ACPI_TABLES;
    const uint32_t base = (uint32_t)BOOT_ACPI_TABLES;
    struct aml out = {guest_pointer(memory, BOOT_ACPI_TABLES, size), 0, (unsigned)size, false};
    unsigned facs, dsdt, fadt, madt, mcfg = 0, xsdt;

    if (!out.bytes)
        return -EFAULT;
    facs = build_facs(&out);
    dsdt = build_dsdt(&out, pci);
    fadt = build_fadt(&out, base + facs, base + dsdt);
    madt = build_madt(&out, pci);
    if (pci->extended)
        mcfg = build_mcfg(&out);
    xsdt = table_begin(&out, "XSDT", 1);
    aml_qword(&out, base + fadt);
    aml_qword(&out, base + madt);
    if (pci->extended)
        aml_qword(&out, base + mcfg);
    table_end(&out, xsdt);
    return !out.overflow && write_rsdp(memory, base + xsdt) ? 0 : -ENOSPC;
}
