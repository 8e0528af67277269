/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rests on: PCI Local Bus Specification 3.0, 3.2.2.3.2 (configuration mechanism), 6.7 (capability
 * list), 6.8.1 (MSI), 6.8.2 (MSI-X).
 */
#include "pci.h"
#include "x86.h"
#include <base/bits.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u

#define REGISTER_COMMAND      0x04
#define COMMAND_NO_INTX       BIT(10)
#define REGISTER_STATUS       0x06
#define STATUS_CAPABILITIES   BIT(4)
#define REGISTER_CLASS        0x0a
#define REGISTER_BUS_BEHIND   0x19
#define REGISTER_CAPABILITIES 0x34
#define FIRST_CAPABILITY      0x40
/* There is room for so many. The list may be circular, or all ones where there is no function. */
#define MOST_CAPABILITIES     48
#define CAPABILITY_CONTROL    2

/* Capabilities: free to send if the bits of `mask` in the control register are `free`. */
static const struct {
    uint8_t id;
    uint16_t mask, free, hold; /* `hold`: changing these holds it back */
} kinds[] = {
    {0x11, BIT(15) | BIT(14), BIT(15), BIT(14)}, /* MSI-X: enable, function mask */
    {0x05, 0x70 | BIT(0), BIT(0), BIT(0)},       /* MSI: log2 of messages in use; enable */
};

/* A word. A driver may be in the middle of an access of its own, so the address is put back. */
static uint16_t exchange(uint16_t function, unsigned offset, bool write, uint16_t value)
{
    uint32_t before = in32(CONFIG_ADDRESS);
    uint16_t port = (uint16_t)(CONFIG_DATA + (offset & 2));
    out32(CONFIG_ADDRESS, CONFIG_ENABLE | (uint32_t)function << 8 | (offset & 0xfc));
    if (write)
        out16(port, value);
    else
        value = in16(port);
    out32(CONFIG_ADDRESS, before);
    return value;
}

uint16_t pci_read(uint16_t function, unsigned offset)
{
    return exchange(function, offset, false, 0);
}

uint16_t pci_class(uint16_t function)
{
    return pci_read(function, REGISTER_CLASS);
}

uint8_t pci_bus_behind(uint16_t bridge)
{
    return (uint8_t)(pci_read(bridge, REGISTER_BUS_BEHIND - 1) >> 8);
}

/* MSI: control, address (64 bits, or 32), data. */
void pci_send_messages(uint16_t function, uint32_t address, uint16_t data)
{
    struct pci_messages m;
    pci_find_messages(&m, function >> 8, function >> 3 & 31, function & 7);
    unsigned at = m.capability[1];
    if (!at)
        return;
    uint16_t control = pci_read(function, at + CAPABILITY_CONTROL);
    exchange(function, at + 4, true, (uint16_t)address);
    exchange(function, at + 6, true, (uint16_t)(address >> 16));
    if (control & BIT(7)) {
        exchange(function, at + 8, true, 0);
        exchange(function, at + 10, true, 0);
    }
    exchange(function, at + (control & BIT(7) ? 12 : 8), true, data);
    exchange(function, at + CAPABILITY_CONTROL, true, (control & (uint16_t)~0x70) | 1);
}

unsigned pci_find_capability(uint16_t function, uint8_t id)
{
    if (!(pci_read(function, REGISTER_STATUS) & STATUS_CAPABILITIES))
        return 0;
    unsigned at = pci_read(function, REGISTER_CAPABILITIES) & 0xfc;
    for (unsigned i = 0; i < MOST_CAPABILITIES && at >= FIRST_CAPABILITY; i++) {
        uint16_t header = pci_read(function, at);
        if ((header & 0xff) == id)
            return at;
        at = header >> 8 & 0xfc;
    }
    return 0;
}

void pci_find_messages(struct pci_messages *m, unsigned bus, unsigned device, unsigned function)
{
    *m = (struct pci_messages){.function = (uint16_t)(bus << 8 | device << 3 | function)};
    for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++)
        m->capability[k] = (uint8_t)pci_find_capability(m->function, kinds[k].id);
}

static void let_go(struct pci_messages *m)
{
    unsigned k = m->held - 1u, control = m->capability[k] + CAPABILITY_CONTROL;
    uint16_t value = pci_read(m->function, control), hold = kinds[k].hold;
    exchange(m->function, control, true, (value & (uint16_t)~hold) | (kinds[k].free & hold));
    m->held = 0;
}

static void hold_back(struct pci_messages *m)
{
    for (unsigned k = 0; k < ARRAY_SIZE(kinds) && !m->held; k++) {
        unsigned control = m->capability[k] + CAPABILITY_CONTROL;
        uint16_t value = m->capability[k] ? pci_read(m->function, control) : 0;
        if ((value & kinds[k].mask) != kinds[k].free)
            continue;
        /* Its pin shall not take the messages' place. */
        uint16_t command = pci_read(m->function, REGISTER_COMMAND);
        exchange(m->function, REGISTER_COMMAND, true, command | COMMAND_NO_INTX);
        exchange(m->function, control, true, value ^ kinds[k].hold);
        m->held = (uint8_t)(k + 1);
    }
}

void pci_hold_messages(struct pci_messages *m, bool hold)
{
    if (hold && !m->held)
        hold_back(m);
    else if (!hold && m->held)
        let_go(m);
}
