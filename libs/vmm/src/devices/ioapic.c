/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O APIC (ioapic.h).
 */
#include <vmm/ioapic.h>
#include <vmm/lapic.h>

#include <string.h>

#define REG_SELECT 0x00
#define REG_WINDOW 0x10

#define ENTRY_LOGICAL     BIT(11)
#define ENTRY_STATUS      BIT(12)
#define ENTRY_ACTIVE_LOW  BIT(13)
#define ENTRY_REMOTE_IRR  BIT(14)
#define ENTRY_LEVEL       BIT(15)
#define ENTRY_MASKED      BIT(16)
#define ENTRY_READ_ONLY   (ENTRY_STATUS | ENTRY_REMOTE_IRR)
#define ENTRY_VALID       (0xff0000000001ffffull)
#define ENTRY_MODE(entry) ((unsigned)((entry) >> 8 & 7))
#define VERSION_VALUE     (0x11u | (IOAPIC_PINS - 1) << 16)

/* Only these two modes end with an EOI; the others are edges, whatever the entry says. */
static bool is_level(uint64_t entry)
{
    return (entry & ENTRY_LEVEL) && ENTRY_MODE(entry) <= APIC_MODE_LOWEST;
}

/*
 * Send the pin's message if it may go now. Line levels are logical: high means "requesting". A
 * level that nobody takes stays as it is, and goes out at ioapic_retry().
 */
static void service(struct ioapic *ioapic, unsigned pin)
{
    uint64_t entry = ioapic->entry[pin];
    bool level = is_level(entry);

    if ((entry & ENTRY_MASKED) || (level && (entry & ENTRY_REMOTE_IRR)))
        return;
    if (ioapic->deliver(ioapic->ctx, (uint32_t)(entry >> 56), entry & ENTRY_LOGICAL,
                        ENTRY_MODE(entry), (uint8_t)entry, level) &&
        level)
        ioapic->entry[pin] |= ENTRY_REMOTE_IRR;
}

void ioapic_set_line(struct ioapic *ioapic, unsigned pin, bool high)
{
    uint32_t mask;
    bool was;

    if (pin >= IOAPIC_PINS)
        return;
    mask = BIT(pin);
    was = ioapic->lines & mask;
    ioapic->lines = high ? ioapic->lines | mask : ioapic->lines & ~mask;
    if (high && (!was || is_level(ioapic->entry[pin])))
        service(ioapic, pin);
}

void ioapic_retry(struct ioapic *ioapic)
{
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
        if ((ioapic->lines & BIT(pin)) && is_level(ioapic->entry[pin]))
            service(ioapic, pin);
}

/*
 * Before the level is looked at: whoever held it up may let it go. Until all have, as several may
 * share the line, no message goes out.
 */
static void tell_ended(struct ioapic *ioapic, unsigned pin)
{
    if ((ioapic->ended & BIT(pin)) && !(ioapic->entry[pin] & ENTRY_MASKED)) {
        ioapic->ended &= ~(uint32_t)BIT(pin);
        ioapic->entry[pin] |= ENTRY_REMOTE_IRR;
        if (ioapic->pin_ended)
            ioapic->pin_ended(ioapic->ctx, pin);
        ioapic->entry[pin] &= ~ENTRY_REMOTE_IRR;
    }
}

void ioapic_eoi(struct ioapic *ioapic, uint8_t vector)
{
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
        uint64_t entry = ioapic->entry[pin];

        if ((entry & ENTRY_REMOTE_IRR) && (uint8_t)entry == vector) {
            ioapic->entry[pin] &= ~ENTRY_REMOTE_IRR;
            ioapic->ended |= (uint32_t)BIT(pin);
            tell_ended(ioapic, pin);
            if (ioapic->lines & BIT(pin))
                service(ioapic, pin);
        }
    }
}

static void write_entry(struct ioapic *ioapic, unsigned index, uint32_t value)
{
    unsigned pin = index / 2;
    uint64_t entry = ioapic->entry[pin];
    uint64_t keep = entry & ENTRY_READ_ONLY;

    if (index & 1)
        entry = (entry & UINT32_MAX) | (uint64_t)value << 32;
    else
        entry = (entry & ~(uint64_t)UINT32_MAX) | value;
    entry = (entry & ENTRY_VALID & ~ENTRY_READ_ONLY) | keep;
    if (!is_level(entry)) {
        ioapic->ended |= entry & ENTRY_REMOTE_IRR ? (uint32_t)BIT(pin) : 0;
        entry &= ~ENTRY_REMOTE_IRR;
    }
    ioapic->entry[pin] = entry;
    tell_ended(ioapic, pin);
    /* A level that waited for the mask goes out now; a masked edge was lost on real parts, too. */
    if (is_level(entry) && (ioapic->lines & BIT(pin)))
        service(ioapic, pin);
}

static uint32_t read_register(const struct ioapic *ioapic)
{
    unsigned index = ioapic->select;

    switch (index) {
    case 0:
    case 2:
        return (uint32_t)ioapic->id << 24;
    case 1:
        return VERSION_VALUE;
    default:
        index -= 0x10;
        if (index >= 2 * IOAPIC_PINS)
            return 0;
        return (uint32_t)(ioapic->entry[index / 2] >> (index & 1 ? 32 : 0));
    }
}

static uint64_t mmio_read(void *ctx, uint64_t offset, unsigned size)
{
    struct ioapic *ioapic = ctx;

    (void)size;
    switch (offset) {
    case REG_SELECT:
        return ioapic->select;
    case REG_WINDOW:
        return read_register(ioapic);
    default:
        return 0;
    }
}

static void mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    struct ioapic *ioapic = ctx;
    unsigned index = ioapic->select;

    (void)size;
    if (offset == REG_SELECT) {
        ioapic->select = (uint8_t)value;
    } else if (offset == REG_WINDOW) {
        if (index == 0)
            ioapic->id = (uint8_t)(value >> 24) & 0xf;
        else if (index >= 0x10 && index - 0x10 < 2 * IOAPIC_PINS)
            write_entry(ioapic, index - 0x10, (uint32_t)value);
    }
}

void ioapic_init(struct ioapic *ioapic,
                 bool (*deliver)(void *, uint32_t, bool, unsigned, uint8_t, bool), void *ctx)
{
    memset(ioapic, 0, sizeof(*ioapic));
    ioapic->deliver = deliver;
    ioapic->ctx = ctx;
    ioapic->id = IOAPIC_ID;
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
        ioapic->entry[pin] = ENTRY_MASKED;
}

int ioapic_attach(struct ioapic *ioapic, struct mmio_bus *mmio)
{
    const struct mmio_range range = {"I/O APIC", IOAPIC_BASE, IOAPIC_SIZE,
                                     mmio_read,  mmio_write,  ioapic};

    return mmio_bus_add(mmio, &range);
}
