/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMAR table.
 *
 * Rests on: Intel VT-d specification (D51397), sections 8.1 (the table), 8.3 (units and device
 * scopes), 8.4 (reserved memory).
 */
#include "tables.h"
#include "cpu/memory.h"

#define TABLE_HEADER    48
#define FLAGS           37 /* offset in the table */
#define FLAGS_INTREMAP  1
#define STRUCT_UNIT     0
#define STRUCT_RESERVED 1
#define UNIT_SCOPES     16 /* where the device scopes begin; the least length, too */
#define RESERVED_SCOPES 24
#define SCOPE_HEADER    6
#define SCOPE_IOAPIC    3

/* A scope names its device by a path of bridges that begins on a bus. */
static BOOT_CODE uint16_t scope_device(const uint8_t *scope, iommu_bus_behind behind)
{
    const uint8_t *step = scope + SCOPE_HEADER, *end = scope + scope[1];
    uint8_t bus = scope[5];
    for (;; step += 2) {
        uint16_t device = (uint16_t)(bus << 8 | (step[0] & 31) << 3 | (step[1] & 7));
        if (step + 2 >= end)
            return device;
        bus = behind(device);
    }
}

/* `region` NULL: the scopes are those of a unit. */
static BOOT_CODE void read_scopes(const uint8_t *p, const uint8_t *end, iommu_bus_behind behind,
                                  const struct iommu_table_region *region, struct iommu_tables *t)
{
    while (p < end) {
        if (end - p < SCOPE_HEADER + 2 || p[1] < SCOPE_HEADER + 2 || p[1] > end - p ||
            p[1] % 2 != 0) {
            t->problem = "a device scope has a wrong length";
            return;
        }
        uint16_t device = scope_device(p, behind);
        if (region) {
            struct iommu_table_region r = *region;
            r.first = r.last = device;
            tables_add_region(t, &r);
        } else if (p[0] == SCOPE_IOAPIC) {
            tables_add_ioapic(t, p[4], device);
        }
        p += p[1];
    }
}

static BOOT_CODE void read_unit(const uint8_t *p, unsigned length, iommu_bus_behind behind,
                                struct iommu_tables *t)
{
    struct iommu_table_unit unit = {.registers = table_get64(p + 8),
                                    .foreign = table_get16(p + 6) != 0};
    tables_add_unit(t, &unit);
    if (!unit.foreign)
        read_scopes(p + UNIT_SCOPES, p + length, behind, NULL, t);
}

static BOOT_CODE void read_reserved(const uint8_t *p, unsigned length, iommu_bus_behind behind,
                                    struct iommu_tables *t)
{
    /* The limit is the last byte. */
    struct iommu_table_region region = {.start = table_get64(p + 8),
                                        .end = table_get64(p + 16) + 1};
    if (table_get16(p + 6) == 0)
        read_scopes(p + RESERVED_SCOPES, p + length, behind, &region, t);
}

BOOT_CODE void dmar_read(const void *table, size_t size, iommu_bus_behind behind,
                         struct iommu_tables *t)
{
    *t = (struct iommu_tables){.kind = IOMMU_VTD};
    if (size < TABLE_HEADER) {
        t->problem = "it is too short";
        return;
    }
    const uint8_t *p = table, *end = p + size;
    t->remaps_interrupts = p[FLAGS] & FLAGS_INTREMAP;
    for (p += TABLE_HEADER; p < end && !t->problem;) {
        unsigned length = end - p < 4 ? 0 : table_get16(p + 2);
        unsigned type = length == 0 ? 0 : table_get16(p);
        unsigned least = type == STRUCT_UNIT ? UNIT_SCOPES : RESERVED_SCOPES;
        if (length < 4 || length > end - p || (type <= STRUCT_RESERVED && length < least)) {
            t->problem = "a structure has a wrong length";
            return;
        }
        if (type == STRUCT_UNIT)
            read_unit(p, length, behind, t);
        else if (type == STRUCT_RESERVED)
            read_reserved(p, length, behind, t);
        p += length;
    }
}
