/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The little that the kernel itself wants from ACPI. Firmware is not trusted to be correct: every
 * length is checked before it is used and every table's checksum before its contents.
 *
 * Rests on: ACPI 6.4, sections 5.2.5 (RSDP), 5.2.6 to 5.2.8 (RSDT, XSDT), 5.2.12 (MADT).
 */
#include "acpi.h"
#include "paging.h"
#include "cpu/ioapic.h"
#include "cpu/lapic.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include <base/bits.h>
#include <base/string.h>

#include <stdbool.h>
#include <stddef.h>

#define EBDA_SEGMENT_POINTER 0x40e
#define BIOS_AREA_START      0xe0000
#define BIOS_AREA_END        0x100000
#define RSDP_SIZE_V1         20
#define TABLE_SIZE_MAX       MIB(1)
#define LAPIC_DEFAULT        0xfee00000
#define IOAPIC_DEFAULT       0xfec00000

struct acpi_header {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem_id[6], oem_table_id[8];
    uint32_t oem_revision, creator_id, creator_revision;
} __attribute__((packed));

struct acpi_madt {
    struct acpi_header header;
    uint32_t lapic_address;
    uint32_t flags;
    uint8_t entries[];
} __attribute__((packed));

enum madt_entry {
    MADT_IOAPIC = 1,
    MADT_OVERRIDE = 2,
    MADT_LAPIC_ADDRESS = 5,
};

struct madt_ioapic {
    uint8_t type, length, id, reserved;
    uint32_t address, gsi_base;
} __attribute__((packed));

struct madt_override {
    uint8_t type, length, bus, source;
    uint32_t gsi;
    uint16_t flags; /* bits 1:0 polarity, 3:2 trigger: 1 high/edge, 3 low/level, 0 as the bus */
} __attribute__((packed));

struct madt_lapic_address {
    uint8_t type, length;
    uint16_t reserved;
    uint64_t address;
} __attribute__((packed));

static BOOT_CODE bool checksum_ok(const void *data, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
    return sum == 0;
}

static BOOT_CODE const struct acpi_rsdp *find_rsdp_in(uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at + sizeof(struct acpi_rsdp) <= end; at += 16) {
        const struct acpi_rsdp *r = phys_to_virt(at);
        if (memcmp(r->signature, "RSD PTR ", 8) != 0 || !checksum_ok(r, RSDP_SIZE_V1))
            continue;
        if (r->revision >= 2 &&
            (r->length < sizeof(*r) || r->length > end - at || !checksum_ok(r, r->length)))
            continue;
        return r;
    }
    return NULL;
}

BOOT_CODE const struct acpi_rsdp *acpi_find_rsdp(void)
{
    uint16_t segment;
    memcpy(&segment, phys_to_virt(EBDA_SEGMENT_POINTER), sizeof(segment));
    uint64_t ebda = (uint64_t)segment << 4;
    const struct acpi_rsdp *r = NULL;
    if (ebda >= 0x400 && ebda < 0xa0000)
        r = find_rsdp_in(ebda, ebda + KIB(1));
    return r ? r : find_rsdp_in(BIOS_AREA_START, BIOS_AREA_END);
}

/* The table at `paddr`, mapped and valid; NULL otherwise. */
static BOOT_CODE const struct acpi_header *map_table(uint64_t paddr)
{
    const struct acpi_header *h = paging_window(paddr, sizeof(*h));
    if (!h || h->length < sizeof(*h) || h->length > TABLE_SIZE_MAX)
        return NULL;
    if (!paging_window(paddr, h->length) || !checksum_ok(h, h->length)) {
        kprintf("Caisson: the ACPI table at 0x%lx is broken\n", paddr);
        return NULL;
    }
    return h;
}

static BOOT_CODE const struct acpi_header *find_table(const struct acpi_rsdp *rsdp,
                                                      const char *signature)
{
    bool wide = rsdp->revision >= 2 && rsdp->xsdt != 0;
    const struct acpi_header *root = map_table(wide ? rsdp->xsdt : rsdp->rsdt);
    if (!root)
        return NULL;
    size_t width = wide ? 8 : 4;
    const char *p = (const char *)(root + 1), *end = (const char *)root + root->length;
    for (; (size_t)(end - p) >= width; p += width) {
        uint64_t paddr = 0;
        memcpy(&paddr, p, width);
        const struct acpi_header *h = map_table(paddr);
        if (h && memcmp(h->signature, signature, 4) == 0)
            return h;
    }
    return NULL;
}

BOOT_CODE const void *acpi_find_table(const struct acpi_rsdp *rsdp, const char *name, size_t *size)
{
    const struct acpi_header *table = rsdp ? find_table(rsdp, name) : NULL;
    *size = table ? table->length : 0;
    return table;
}

static BOOT_CODE void madt_entry(const uint8_t *entry, uint64_t *lapic)
{
    switch (entry[0]) {
    case MADT_IOAPIC: {
        const struct madt_ioapic *e = (const void *)entry;
        if (e->length >= sizeof(*e))
            ioapic_add(e->address, e->gsi_base);
        break;
    }
    case MADT_OVERRIDE: {
        const struct madt_override *e = (const void *)entry;
        if (e->length >= sizeof(*e) && e->bus == 0)
            ioapic_override_isa(e->source, e->gsi, (e->flags >> 2 & 3) == 3, (e->flags & 3) == 3);
        break;
    }
    case MADT_LAPIC_ADDRESS: {
        const struct madt_lapic_address *e = (const void *)entry;
        if (e->length >= sizeof(*e))
            *lapic = e->address;
        break;
    }
    default:
        break;
    }
}

BOOT_CODE void acpi_init_interrupts(const struct acpi_rsdp *rsdp)
{
    uint64_t lapic = LAPIC_DEFAULT;
    const struct acpi_madt *madt = rsdp ? (const void *)find_table(rsdp, "APIC") : NULL;
    if (madt && madt->header.length >= sizeof(*madt)) {
        lapic = madt->lapic_address;
        const uint8_t *p = madt->entries, *end = (const uint8_t *)madt + madt->header.length;
        while (end - p >= 2 && p[1] >= 2 && p[1] <= end - p) {
            madt_entry(p, &lapic);
            p += p[1];
        }
    } else {
        kprintf("Caisson: no ACPI MADT: assuming one I/O APIC at 0x%x\n", IOAPIC_DEFAULT);
        ioapic_add(IOAPIC_DEFAULT, 0);
    }
    lapic_map(lapic);
}
