/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables.h"
#include "cpu/memory.h"

#include <base/bits.h>

BOOT_CODE void tables_add_unit(struct iommu_tables *t, const struct iommu_table_unit *unit)
{
    /* AMD's table has a block for each revision of the format. */
    for (unsigned i = 0; i < t->unit_count; i++)
        if (t->units[i].registers == unit->registers)
            return;
    if (unit->registers == 0 || unit->registers % PAGE_SIZE_4K != 0)
        t->problem = "the registers of a unit are nowhere";
    else if (t->unit_count == IOMMU_UNITS_MAX)
        t->problem = "there are too many units";
    else
        t->units[t->unit_count++] = *unit;
}

BOOT_CODE void tables_add_region(struct iommu_tables *t, const struct iommu_table_region *region)
{
    if (region->start >= region->end || region->start % PAGE_SIZE_4K != 0 ||
        region->end % PAGE_SIZE_4K != 0 || region->last < region->first)
        t->problem = "a reserved region has no proper bounds";
    else if (t->region_count == IOMMU_REGIONS_MAX)
        t->problem = "there are too many reserved regions";
    else
        t->regions[t->region_count++] = *region;
}

BOOT_CODE void tables_add_ioapic(struct iommu_tables *t, uint8_t id, uint16_t sender)
{
    if (t->ioapic_count < IOMMU_IOAPICS_MAX)
        t->ioapics[t->ioapic_count++] = (struct iommu_table_ioapic){sender, id};
}
