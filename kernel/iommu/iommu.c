/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one kind of units that this machine has, and the translation for the firmware's own uses: one
 * for all devices that have any, with each region at its own address.
 */
#include "iommu/iommu.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include "cpu/pte.h"
#include "cpu/x86.h"
#include "iommu/driver.h"

#include <base/bitmap.h>

#define DOMAIN_BLOCKED  0
#define DOMAIN_RESERVED 1
#define DEVICES         BIT(16)
#define MESSAGE_ADDRESS 0xfee00000ul
/* A unit that has not answered after so many reads of memory will not answer. */
#define PATIENCE        100000000u

struct iommu iommu;
static const struct iommu_driver *driver;

static uint64_t reserved[DEVICES / 64];
static uint64_t *reserved_root;
static struct iommu_table_ioapic ioapics[IOMMU_IOAPICS_MAX];
static unsigned ioapic_count;

void iommu_wait(unsigned count)
{
    if (count >= PATIENCE)
        panic("an IOMMU unit does not answer");
    cpu_pause();
}

/* --- Boot --- */

static BOOT_CODE void set_entry(uint64_t *entry, uint64_t value)
{
    *entry = value;
    driver->written(entry, sizeof(*entry));
}

static BOOT_CODE uint64_t *new_table(iommu_allocate allocate)
{
    uint64_t *table = allocate(PAGE_SIZE_4K, PAGE_SIZE_4K);
    driver->written(table, PAGE_SIZE_4K);
    return table;
}

static BOOT_CODE void map_reserved(uint64_t address, iommu_allocate allocate)
{
    uint64_t *table = reserved_root;
    for (unsigned level = iommu.levels; level > 1; level--) {
        uint64_t *entry = &table[table_index(address, level)];
        if (*entry == 0)
            set_entry(entry, virt_to_phys(new_table(allocate)) | iommu.format.table |
                                 (level - 1) * iommu.format.table_level);
        table = phys_to_virt(*entry & PTE_ADDRESS);
    }
    set_entry(&table[table_index(address, 1)],
              address | iommu.format.page | iommu.format.read | iommu.format.write);
}

static BOOT_CODE void reserve(const struct iommu_table_region *region, iommu_allocate allocate)
{
    if (!reserved_root)
        reserved_root = new_table(allocate);
    for (uint64_t at = region->start; at < region->end; at += PAGE_SIZE_4K)
        map_reserved(at, allocate);
    bitmap_fill(reserved, region->first, region->last, true);
    for (unsigned device = region->first; device <= region->last; device++)
        iommu_attach((uint16_t)device, DOMAIN_BLOCKED, 0, false);
}

BOOT_CODE bool iommu_start(const struct iommu_tables *tables, iommu_allocate allocate)
{
    driver = tables->kind == IOMMU_VTD ? &vtd_driver : &amdvi_driver;
    if (!driver->prepare(tables, allocate)) {
        driver = NULL;
        iommu = (struct iommu){0};
        return false;
    }
    for (unsigned i = 0; i < tables->region_count; i++)
        reserve(&tables->regions[i], allocate);
    ioapic_count = tables->ioapic_count;
    memcpy(ioapics, tables->ioapics, sizeof(ioapics));
    driver->start();
    return true;
}

BOOT_CODE void iommu_route_faults(uint8_t vector, uint32_t lapic_id)
{
    driver->route_faults(vector, lapic_id);
}

/* --- After boot --- */

bool iommu_is_reserved(uint16_t device)
{
    return bitmap_any(reserved, device, device);
}

void iommu_attach(uint16_t device, unsigned domain, uint64_t root, bool quiet)
{
    if (root != 0)
        driver->attach(device, domain, root, quiet);
    else if (iommu_is_reserved(device))
        driver->attach(device, DOMAIN_RESERVED, virt_to_phys(reserved_root), quiet);
    else
        driver->attach(device, DOMAIN_BLOCKED, 0, quiet);
}

void iommu_written(const void *at, unsigned size)
{
    driver->written(at, size);
}

void iommu_flush(unsigned domain, uint64_t address, unsigned size_bits)
{
    driver->flush(domain, address, size_bits);
}

void iommu_flush_domain(unsigned domain)
{
    driver->flush_domain(domain);
}

void iommu_allow(unsigned number, const struct iommu_interrupt *interrupt)
{
    if (iommu.remaps)
        driver->set_interrupt(number, interrupt, true);
}

void iommu_forbid(unsigned number, const struct iommu_interrupt *interrupt)
{
    if (iommu.remaps)
        driver->set_interrupt(number, interrupt, false);
}

/* Remappable format: Intel VT-d specification, 5.1.2.2; the other: Intel SDM volume 3A, 10.11. */
void iommu_message(unsigned number, const struct iommu_interrupt *interrupt, uint64_t *address,
                   uint32_t *data)
{
    bool numbered = iommu.remaps && driver->numbered_messages;
    *address = MESSAGE_ADDRESS | (numbered ? number << 5 | BIT(4) : interrupt->lapic_id << 12);
    *data = numbered ? 0 : interrupt->vector;
}

bool iommu_sender_of_ioapic(uint8_t id, uint16_t *sender)
{
    for (unsigned i = 0; i < ioapic_count; i++) {
        *sender = ioapics[i].sender;
        if (ioapics[i].id == id)
            return true;
    }
    return false;
}

void iommu_hold_faults(bool hold)
{
    driver->hold_faults(hold);
}

bool iommu_take_fault(struct iommu_fault *fault)
{
    return driver && driver->take_fault(fault);
}
