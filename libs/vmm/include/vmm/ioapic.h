/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O APIC: 24 pins, level and edge, with remote IRR.
 * Rests on: Intel 82093AA data sheet.
 */
#pragma once

#include <vmm/device.h>

#define IOAPIC_BASE 0xfec00000ull
#define IOAPIC_SIZE 0x1000ull
#define IOAPIC_PINS 24
#define IOAPIC_ID   1

struct ioapic {
    uint64_t entry[IOAPIC_PINS]; /* redirection table */
    uint32_t lines;              /* present level of the pins */
    uint32_t ended;              /* pins whose interrupts were ended while they were masked */
    uint8_t select, id;
    /* Hand a message to the local APICs; false: none of them takes it. */
    bool (*deliver)(void *ctx, uint32_t destination, bool logical, unsigned mode, uint8_t vector,
                    bool level);
    /* As that of struct pic, for levels. May set lines. Null: nobody asks. */
    void (*pin_ended)(void *ctx, unsigned pin);
    void *ctx;
};

void ioapic_init(struct ioapic *ioapic,
                 bool (*deliver)(void *, uint32_t, bool, unsigned, uint8_t, bool), void *ctx);
int ioapic_attach(struct ioapic *ioapic, struct mmio_bus *mmio);
void ioapic_set_line(struct ioapic *ioapic, unsigned pin, bool high);
/* A local APIC takes messages again: send the levels that nobody took before. */
void ioapic_retry(struct ioapic *ioapic);
/* A local APIC ended a level-triggered vector. */
void ioapic_eoi(struct ioapic *ioapic, uint8_t vector);
