/* SPDX-License-Identifier: BSD-2-Clause */
#include <pcilist/tables.h>

#include <base/bits.h>
#include <base/string.h>

#define HEADER         36
#define LENGTH         4 /* where the header has the table's length */
#define MCFG_RANGES    (HEADER + 8)
#define MCFG_RANGE     16
#define TABLE_UNITS    48 /* where structures begin, in both */
#define DMAR_UNIT      0
#define DMAR_UNIT_SIZE 16
#define IVRS_UNIT      0x10
#define IVRS_UNIT_11   0x11
#define IVRS_UNIT_40   0x40
#define IVRS_UNIT_SIZE 24
#define PHYSICAL_BITS  52
#define BUS_SIZE       MIB(1)

static uint64_t get(const uint8_t *p, unsigned bytes)
{
    uint64_t value = 0;
    memcpy(&value, p, bytes);
    return value;
}

/* The table's end within `size` bytes, or NULL: it is not that table. */
static const uint8_t *table_end(const uint8_t *table, size_t size, const char *name)
{
    if (size < HEADER || memcmp(table, name, 4) != 0 || get(table + LENGTH, 4) < HEADER)
        return NULL;
    return table + MIN(size, (size_t)get(table + LENGTH, 4));
}

unsigned pcilist_read_mcfg(const void *table, size_t size, struct pci_ecam *ranges, unsigned max)
{
    const uint8_t *end = table_end(table, size, "MCFG");
    unsigned count = 0;
    if (!end || end - (const uint8_t *)table < MCFG_RANGES)
        return 0;
    for (const uint8_t *p = (const uint8_t *)table + MCFG_RANGES;
         end - p >= MCFG_RANGE && count < max; p += MCFG_RANGE) {
        struct pci_ecam r = {
            .base = get(p, 8), .segment = (uint16_t)get(p + 8, 2), .first = p[10], .last = p[11]};
        if (r.base && r.base % BUS_SIZE == 0 && r.first <= r.last &&
            r.base < BIT(PHYSICAL_BITS) - 256 * BUS_SIZE)
            ranges[count++] = r;
    }
    return count;
}

static bool read_unit(const uint8_t *p, unsigned type, size_t length, struct pci_iommu *unit)
{
    bool amd = unit->amd;
    bool is_unit =
        amd ? type == IVRS_UNIT || type == IVRS_UNIT_11 || type == IVRS_UNIT_40 : type == DMAR_UNIT;
    if (!is_unit || length < (amd ? IVRS_UNIT_SIZE : DMAR_UNIT_SIZE))
        return false;
    unit->registers = get(p + 8, 8);
    unit->segment = (uint16_t)get(p + (amd ? 16 : 6), 2);
    return unit->registers != 0 && unit->registers % PAGE_SIZE_4K == 0;
}

unsigned pcilist_read_iommus(const void *table, size_t size, struct pci_iommu *units, unsigned max)
{
    const uint8_t *start = table, *end = table_end(table, size, "DMAR");
    bool amd = !end;
    unsigned count = 0;
    if (amd)
        end = table_end(table, size, "IVRS");
    if (!end || end - start < TABLE_UNITS)
        return 0;
    for (const uint8_t *p = start + TABLE_UNITS; end - p >= 4 && count < max;) {
        size_t length = get(p + 2, 2);
        struct pci_iommu unit = {.amd = amd};
        if (length < 4 || length > (size_t)(end - p))
            break;
        bool good = read_unit(p, amd ? p[0] : (unsigned)get(p, 2), length, &unit);
        /* AMD's units are named once for each of their types' age. */
        for (unsigned i = 0; i < count; i++)
            good &= units[i].registers != unit.registers;
        if (good)
            units[count++] = unit;
        p += length;
    }
    return count;
}
