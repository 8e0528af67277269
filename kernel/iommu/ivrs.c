/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IVRS table.
 *
 * Rests on: AMD I/O Virtualization Technology specification (48882), sections 5.2.2.1 (IVHD) and
 * 5.2.2.2 (IVMD).
 */
#include "tables.h"
#include "cpu/memory.h"

#define TABLE_HEADER   48
#define BLOCK_HEADER   4
#define UNIT_10        0x10 /* blocks for a unit: one for each revision of the format */
#define UNIT_11        0x11
#define UNIT_40        0x40
#define UNIT_10_LENGTH 24 /* where the device entries begin */
#define UNIT_11_LENGTH 40
#define MEMORY_ALL     0x20 /* blocks for memory: for all devices, one, a range */
#define MEMORY_ONE     0x21
#define MEMORY_RANGE   0x22
#define MEMORY_LENGTH  32
#define ENTRY_SPECIAL  0x48 /* an I/O APIC or HPET */
#define SPECIAL_IOAPIC 1
#define ENTRY_ACPI     0xf0 /* a device without a PCI address */
#define ENTRY_ACPI_UID 21   /* offset of the length of its last field */

/* 0: no such entry. */
static BOOT_CODE unsigned entry_length(const uint8_t *p, const uint8_t *end)
{
    if (p[0] == ENTRY_ACPI)
        return end - p > ENTRY_ACPI_UID ? ENTRY_ACPI_UID + 1u + p[ENTRY_ACPI_UID] : 0;
    return 4u << (p[0] >> 6);
}

static BOOT_CODE void read_unit(const uint8_t *p, unsigned length, struct iommu_tables *t)
{
    unsigned header = p[0] == UNIT_10 ? UNIT_10_LENGTH : UNIT_11_LENGTH;
    if (length < header) {
        t->problem = "the block of a unit is too short";
        return;
    }
    struct iommu_table_unit unit = {.registers = table_get64(p + 8),
                                    .function = table_get16(p + 4),
                                    .foreign = table_get16(p + 16) != 0};
    unsigned before = t->unit_count;
    tables_add_unit(t, &unit);
    if (unit.foreign || t->unit_count == before)
        return;
    const uint8_t *end = p + length;
    for (p += header; p < end;) {
        unsigned size = entry_length(p, end);
        if (size == 0 || size > end - p) {
            t->problem = "a device entry has a wrong length";
            return;
        }
        if (p[0] == ENTRY_SPECIAL && p[7] == SPECIAL_IOAPIC)
            tables_add_ioapic(t, p[4], table_get16(p + 5));
        p += size;
    }
}

static BOOT_CODE void read_memory(const uint8_t *p, unsigned length, struct iommu_tables *t)
{
    if (length < MEMORY_LENGTH) {
        t->problem = "the block of a reserved region is too short";
        return;
    }
    uint64_t start = table_get64(p + 16), size = table_get64(p + 24);
    struct iommu_table_region region = {start, start + size, table_get16(p + 4),
                                        table_get16(p + 4)};
    if (p[0] == MEMORY_ALL) {
        region.first = 0;
        region.last = 0xffff;
    } else if (p[0] == MEMORY_RANGE) {
        region.last = table_get16(p + 6);
    }
    if (table_get64(p + 8) == 0)
        tables_add_region(t, &region);
}

BOOT_CODE void ivrs_read(const void *table, size_t size, struct iommu_tables *t)
{
    *t = (struct iommu_tables){.kind = IOMMU_AMDVI, .remaps_interrupts = true};
    if (size < TABLE_HEADER) {
        t->problem = "it is too short";
        return;
    }
    const uint8_t *p = table, *end = p + size;
    for (p += TABLE_HEADER; p < end && !t->problem;) {
        unsigned length = end - p < BLOCK_HEADER ? 0 : table_get16(p + 2);
        if (length < BLOCK_HEADER || length > end - p) {
            t->problem = "a block has a wrong length";
            return;
        }
        if (p[0] == UNIT_10 || p[0] == UNIT_11 || p[0] == UNIT_40)
            read_unit(p, length, t);
        else if (p[0] >= MEMORY_ALL && p[0] <= MEMORY_RANGE)
            read_memory(p, length, t);
        p += length;
    }
}
