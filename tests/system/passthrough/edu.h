/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's "edu" for guests without an operating system: it raises an interrupt when a register is
 * written, and copies memory to and from a buffer of its own, 100 ms after it was told to. Also
 * PCI's mechanism 1, and the 8259 pair.
 */
#pragma once

#include <guest.h>
#include <stdbool.h>

enum {
    EDU_ID = 0x11e81234,
    EDU_INVERT = 0x04 / 4,
    EDU_STATUS = 0x24 / 4,
    EDU_RAISE = 0x60 / 4,
    EDU_ACKNOWLEDGE = 0x64 / 4,
    EDU_SOURCE = 0x80 / 4,
    EDU_TARGET = 0x88 / 4,
    EDU_COUNT = 0x90 / 4,
    EDU_COMMAND = 0x98 / 4,
    EDU_RUN = 1,
    EDU_TO_MEMORY = 2,
    EDU_INTERRUPT = 4, /* when it is done */
    EDU_BUFFER = 0x40000,

    PCI_COMMAND = 0x04,
    PCI_BAR = 0x10,
    PCI_CAPABILITIES = 0x34,
    PCI_LINE = 0x3c,
    PCI_MEMORY = 2,
    PCI_MASTER = 4,
    CAPABILITY_MSI = 5,
};

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint32_t pci_read(unsigned slot, unsigned offset)
{
    out32(0xcf8, 0x80000000 | slot << 11 | offset);
    return in32(0xcfc);
}

static inline void pci_write(unsigned slot, unsigned offset, uint32_t value)
{
    out32(0xcf8, 0x80000000 | slot << 11 | offset);
    out32(0xcfc, value);
}

/* 32: there is none. */
static inline unsigned edu_slot(void)
{
    unsigned slot = 0;

    while (slot < 32 && pci_read(slot, 0) != EDU_ID)
        slot++;
    return slot;
}

static inline volatile uint32_t *edu_start(unsigned slot)
{
    pci_write(slot, PCI_COMMAND, PCI_MEMORY | PCI_MASTER);
    return (volatile uint32_t *)(uintptr_t)(pci_read(slot, PCI_BAR) & ~0xfu);
}

static inline void edu_copy(volatile uint32_t *edu, bool to_memory, uint64_t address, uint32_t size)
{
    volatile uint64_t *source = (volatile uint64_t *)&edu[EDU_SOURCE];
    volatile uint64_t *target = (volatile uint64_t *)&edu[EDU_TARGET];

    *(to_memory ? target : source) = address;
    *(to_memory ? source : target) = EDU_BUFFER;
    edu[EDU_COUNT] = size;
    edu[EDU_COMMAND] = EDU_RUN | EDU_INTERRUPT | (to_memory ? EDU_TO_MEMORY : 0u);
}

/* Messages (64-bit addresses) with `vector` to this processor, or the pin instead. */
static inline void edu_use_messages(unsigned slot, bool on, uint8_t vector)
{
    unsigned at = pci_read(slot, PCI_CAPABILITIES) & 0xfc;

    while (at && (pci_read(slot, at) & 0xff) != CAPABILITY_MSI)
        at = pci_read(slot, at) >> 8 & 0xfc;
    if (!at)
        return;
    pci_write(slot, at + 4, LAPIC);
    pci_write(slot, at + 8, 0);
    pci_write(slot, at + 12, vector);
    pci_write(slot, at, (pci_read(slot, at) & ~0x710000u) | (on ? 0x10000u : 0));
}

/* --- Interrupts --- */

enum {
    PIC_COMMAND = 0x20,
    PIC2_COMMAND = 0xa0,
    PIC_VECTOR = 0x20,
    PIC_EOI = 0x20,
    ELCR = 0x4d0,
    LAPIC_LINT0 = 0x350,
    LINT_EXTINT = 0x700,
};

static inline void pic_start_one(uint16_t command, uint8_t vector, uint8_t wiring, uint8_t mask)
{
    out8(command, 0x11);
    out8(command + 1, vector);
    out8(command + 1, wiring);
    out8(command + 1, 0x01);
    out8(command + 1, mask);
}

/* One line, level triggered. */
static inline void pic_start(unsigned line)
{
    uint16_t mask = (uint16_t) ~(1u << line | 1u << 2);

    __asm__ volatile("cli");
    pic_start_one(PIC_COMMAND, PIC_VECTOR, 4, (uint8_t)mask);
    pic_start_one(PIC2_COMMAND, PIC_VECTOR + 8, 2, (uint8_t)(mask >> 8));
    out8(ELCR, (uint8_t)((1u << line) & 0xf8));
    out8(ELCR + 1, (uint8_t)(1u << line >> 8));
    lapic_write(LAPIC_LINT0, LINT_EXTINT);
    __asm__ volatile("sti");
}

static inline void pic_end(unsigned line)
{
    if (line >= 8)
        out8(PIC2_COMMAND, PIC_EOI);
    out8(PIC_COMMAND, PIC_EOI);
}

static inline void set_gate(struct gate *gate, void *function)
{
    uint64_t at = (uint64_t)(uintptr_t)function;

    *gate = (struct gate){
        .offset_low = (uint16_t)at,
        .selector = 8,
        .flags = 0x8e00,
        .offset_middle = (uint16_t)(at >> 16),
        .offset_high = (uint32_t)(at >> 32),
    };
}
