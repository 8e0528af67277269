/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O APICs: which pin raises which vector, and masking a pin while its interrupt is served.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define IOAPIC_MAX 8

/* Where an interrupt line ends and how it signals. */
struct ioapic_line {
    uint8_t ioapic, pin;
    bool level, active_low;
};

/* Boot: adds the unit whose first pin is global system interrupt `gsi_base`; masks all its pins. */
void ioapic_add(uint64_t paddr, uint32_t gsi_base);
/* Boot: ISA interrupt `irq` arrives at `gsi` in this way (MADT interrupt source override). */
void ioapic_override_isa(uint8_t irq, uint32_t gsi, bool level, bool active_low);

unsigned ioapic_count(void);
unsigned ioapic_pins(unsigned ioapic);

/* Where ISA interrupt 0..15 arrives; false if at no known pin. */
bool ioapic_isa_line(uint8_t irq, struct ioapic_line *line);

/* The unit's own identity. */
uint8_t ioapic_id(unsigned ioapic);

/*
 * Routes the line to `vector` of the core with this local APIC; the pin stays masked. `remapped`:
 * by the entry of that number in the interrupt remapping table (iommu/); negative: there is none.
 */
void ioapic_route(const struct ioapic_line *line, uint8_t vector, uint32_t lapic_id, int remapped);
void ioapic_mask(uint8_t ioapic, uint8_t pin, bool masked);
