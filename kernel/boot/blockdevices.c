/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the I/O memory management units in the firmware's tables, checks what these claim against
 * the memory map, and starts the units.
 */
#include "blockdevices.h"
#include "memmap.h"
#include "cpu/lapic.h"
#include "cpu/memory.h"
#include "cpu/pci.h"
#include "cpu/print.h"
#include "cpu/vectors.h"
#include "iommu/iommu.h"
#include "object/iospace.h"
#include <base/bits.h>

#define REGION_MAX MIB(256)

static BOOT_DATA struct iommu_tables tables = {0};

static BOOT_CODE void read_tables(const struct acpi_rsdp *rsdp)
{
    size_t size;
    const void *table = acpi_find_table(rsdp, "DMAR", &size);
    if (table) {
        dmar_read(table, size, pci_bus_behind, &tables);
        return;
    }
    table = acpi_find_table(rsdp, "IVRS", &size);
    if (table)
        ivrs_read(table, size, &tables);
}

static BOOT_CODE bool overlaps_ram(uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < memmap_ram.count; i++)
        if (start < memmap_ram.at[i].end && memmap_ram.at[i].start < end)
            return true;
    return false;
}

static BOOT_CODE void check_against_memory(void)
{
    for (unsigned i = 0; i < tables.unit_count; i++)
        if (overlaps_ram(tables.units[i].registers, tables.units[i].registers + PAGE_SIZE_4K))
            tables.problem = "the registers of a unit lie in RAM";
    /* What is RAM may belong to anybody: no device is let in because of a table. */
    for (unsigned i = 0; i < tables.region_count; i++) {
        const struct iommu_table_region *r = &tables.regions[i];
        if (overlaps_ram(r->start, r->end) || r->end - r->start > REGION_MAX)
            tables.problem = "a reserved region lies in RAM, or is too large";
    }
    if (tables.unit_count == 0)
        tables.problem = "there is no unit in it";
}

BOOT_CODE void block_devices(const struct acpi_rsdp *rsdp)
{
    read_tables(rsdp);
    if (tables.kind == IOMMU_NONE)
        return;
    if (!tables.problem)
        check_against_memory();
    if (tables.problem) {
        kprintf("Caisson: the ACPI table %s is not used: %s; devices are not held back\n",
                tables.kind == IOMMU_VTD ? "DMAR" : "IVRS", tables.problem);
        return;
    }
    if (!iommu_start(&tables, boot_alloc))
        return;
    pci_find_requesters();
    iospace_init();
    iommu_route_faults(VECTOR_IOMMU, lapic_id());
}
