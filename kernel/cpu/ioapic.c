/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O APICs.
 *
 * Rests on: Intel 82093AA data sheet (register select and window, redirection table); ACPI 6.4,
 * section 5.2.12.5 (interrupt source overrides).
 */
#include "ioapic.h"
#include "devmap.h"
#include "memory.h"
#include "print.h"
#include "vectors.h"
#include <base/bits.h>

#include <stddef.h>

/* Offsets of the register pair, and indices of what can be reached through it. */
#define IOAPIC_SELECT  (0x00 / 4)
#define IOAPIC_WINDOW  (0x10 / 4)
#define INDEX_IDENTITY 0x00
#define INDEX_VERSION  0x01
#define INDEX_TABLE    0x10

/* Low word of a redirection entry; the high word holds the destination in bits 31:24. */
#define ENTRY_ACTIVE_LOW    (1u << 13)
#define ENTRY_LEVEL         (1u << 15)
#define ENTRY_MASKED        (1u << 16)
/* Instead of that: the remapping entry in bits 31:17 (Intel VT-d specification, 5.1.5.1). */
#define ENTRY_HIGH_REMAPPED (1u << 16)

struct ioapic {
    volatile uint32_t *registers;
    uint32_t gsi_base;
    unsigned pins;
};

struct isa_override {
    bool valid, level, active_low;
    uint32_t gsi;
};

static struct ioapic units[IOAPIC_MAX];
static unsigned unit_count;
static struct isa_override overrides[IRQ_ISA_COUNT];

static uint32_t ioapic_read(const struct ioapic *u, uint32_t index)
{
    u->registers[IOAPIC_SELECT] = index;
    return u->registers[IOAPIC_WINDOW];
}

static void ioapic_write(const struct ioapic *u, uint32_t index, uint32_t value)
{
    u->registers[IOAPIC_SELECT] = index;
    u->registers[IOAPIC_WINDOW] = value;
}

BOOT_CODE void ioapic_add(uint64_t paddr, uint32_t gsi_base)
{
    if (unit_count == IOAPIC_MAX) {
        kprintf("more than %d I/O APICs: the one at %lx is not used\n", IOAPIC_MAX, paddr);
        return;
    }
    struct ioapic *u = &units[unit_count++];
    u->registers = devmap(paddr, PAGE_SIZE_4K);
    u->gsi_base = gsi_base;
    u->pins = (ioapic_read(u, INDEX_VERSION) >> 16 & 0xff) + 1;
    for (unsigned pin = 0; pin < u->pins; pin++)
        ioapic_write(u, INDEX_TABLE + 2 * pin, ENTRY_MASKED);
}

BOOT_CODE void ioapic_override_isa(uint8_t irq, uint32_t gsi, bool level, bool active_low)
{
    if (irq < IRQ_ISA_COUNT)
        overrides[irq] = (struct isa_override){true, level, active_low, gsi};
}

unsigned ioapic_count(void)
{
    return unit_count;
}

unsigned ioapic_pins(unsigned ioapic)
{
    return units[ioapic].pins;
}

bool ioapic_isa_line(uint8_t irq, struct ioapic_line *line)
{
    const struct isa_override *o = &overrides[irq];
    uint32_t gsi = o->valid ? o->gsi : irq;
    for (unsigned i = 0; i < unit_count; i++) {
        if (gsi < units[i].gsi_base || gsi - units[i].gsi_base >= units[i].pins)
            continue;
        line->ioapic = (uint8_t)i;
        line->pin = (uint8_t)(gsi - units[i].gsi_base);
        line->level = o->valid && o->level;
        line->active_low = o->valid && o->active_low;
        return true;
    }
    return false;
}

uint8_t ioapic_id(unsigned ioapic)
{
    return ioapic_read(&units[ioapic], INDEX_IDENTITY) >> 24 & 0xff;
}

void ioapic_route(const struct ioapic_line *line, uint8_t vector, uint32_t lapic_id, int remapped)
{
    const struct ioapic *u = &units[line->ioapic];
    uint32_t entry = vector | ENTRY_MASKED;
    if (line->level)
        entry |= ENTRY_LEVEL;
    if (line->active_low)
        entry |= ENTRY_ACTIVE_LOW;
    ioapic_write(u, INDEX_TABLE + 2u * line->pin, ENTRY_MASKED);
    uint32_t destination =
        remapped < 0 ? lapic_id << 24 : (uint32_t)remapped << 17 | ENTRY_HIGH_REMAPPED;
    ioapic_write(u, INDEX_TABLE + 2u * line->pin + 1, destination);
    ioapic_write(u, INDEX_TABLE + 2u * line->pin, entry);
}

void ioapic_mask(uint8_t ioapic, uint8_t pin, bool masked)
{
    const struct ioapic *u = &units[ioapic];
    uint32_t entry = ioapic_read(u, INDEX_TABLE + 2u * pin);
    uint32_t wanted = masked ? entry | ENTRY_MASKED : entry & ~ENTRY_MASKED;
    if (wanted != entry)
        ioapic_write(u, INDEX_TABLE + 2u * pin, wanted);
}
