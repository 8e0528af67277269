/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware's tables say of I/O memory management units. Pure functions: they read the
 * table, fill the structure, and touch nothing else. Firmware is not trusted to be correct; of a
 * table that is broken anywhere, nothing is used.
 */
#pragma once

#include <base/string.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IOMMU_UNITS_MAX   8
#define IOMMU_REGIONS_MAX 32
#define IOMMU_IOAPICS_MAX 8

/* What the units of a machine are. */
enum iommu_kind { IOMMU_NONE, IOMMU_VTD, IOMMU_AMDVI };

/* Devices are named as in PCI: bus (8), device (5), function (3). */
struct iommu_table_unit {
    uint64_t registers; /* physical address */
    uint16_t function;  /* AMD-Vi: the unit's own PCI function */
    bool foreign;       /* it serves another PCI segment than the first */
};

/* Memory that the firmware's own use of these devices needs: [start, end). */
struct iommu_table_region {
    uint64_t start, end;
    uint16_t first, last;
};

/* What an I/O APIC's messages name as their sender. */
struct iommu_table_ioapic {
    uint16_t sender;
    uint8_t id;
};

struct iommu_tables {
    enum iommu_kind kind;
    const char *problem; /* why the table is not used; NULL: it is fine */
    bool remaps_interrupts;
    unsigned unit_count, region_count, ioapic_count;
    struct iommu_table_unit units[IOMMU_UNITS_MAX];
    struct iommu_table_region regions[IOMMU_REGIONS_MAX];
    struct iommu_table_ioapic ioapics[IOMMU_IOAPICS_MAX];
};

/* The bus behind the bridge that is this device. */
typedef uint8_t (*iommu_bus_behind)(uint16_t bridge);

/* Each for the whole table, header included, whose length and sum are right. */
void dmar_read(const void *table, size_t size, iommu_bus_behind behind, struct iommu_tables *t);
void ivrs_read(const void *table, size_t size, struct iommu_tables *t);

/* --- For the two files --- */

static inline uint16_t table_get16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

static inline uint64_t table_get64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

void tables_add_unit(struct iommu_tables *t, const struct iommu_table_unit *unit);
void tables_add_region(struct iommu_tables *t, const struct iommu_table_region *region);
void tables_add_ioapic(struct iommu_tables *t, uint8_t id, uint16_t sender);
