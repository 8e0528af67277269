/* SPDX-License-Identifier: BSD-2-Clause */
#include <pcilist/pcilist.h>

#include <base/bits.h>

#include <string.h>

/* Type 0 header, and capabilities (6.1, 6.7, 6.8). */
enum {
    VENDOR = 0x00,
    DEVICE = 0x02,
    STATUS = 0x06,
    CLASS = 0x09, /* three bytes */
    HEADER_TYPE = 0x0e,
    BAR0 = 0x10,
    SECONDARY_BUS = 0x19,
    SUBSYSTEM_VENDOR = 0x2c,
    CAPABILITIES = 0x34,
    INTERRUPT_LINE = 0x3c,
    INTERRUPT_PIN = 0x3d,
    HEADER_SIZE = 0x40,
};
#define STATUS_CAPABILITIES 0x10
#define CAP_MSI             0x05
#define CAP_EXPRESS         0x10
#define CAP_MSIX            0x11
#define CAP_ADVANCED        0x13 /* advanced features of conventional devices */
#define CAPABILITIES_MAX    48   /* as many as there is room for */

struct pci_function *pcilist_add(struct pci_machine *machine, uint16_t segment, uint8_t bus,
                                 uint8_t dev, uint8_t fun)
{
    for (unsigned i = 0; i < machine->count; i++) {
        struct pci_function *f = &machine->functions[i];
        if (f->segment == segment && f->bus == bus && f->dev == dev && f->fun == fun)
            return f;
    }
    if (machine->count == PCI_FUNCTIONS_MAX)
        return NULL;
    struct pci_function *f = &machine->functions[machine->count++];
    *f = (struct pci_function){
        .segment = segment, .bus = bus, .dev = dev, .fun = fun, .gsi = PCI_NONE, .group = PCI_NONE};
    return f;
}

const struct pci_function *pcilist_find(const struct pci_machine *machine, uint8_t bus, uint8_t dev,
                                        uint8_t fun)
{
    for (unsigned i = 0; i < machine->count; i++) {
        const struct pci_function *f = &machine->functions[i];
        if (f->segment == 0 && f->bus == bus && f->dev == dev && f->fun == fun)
            return f;
    }
    return NULL;
}

const struct pci_function *pcilist_bridge_to(const struct pci_machine *machine, uint8_t bus)
{
    for (unsigned i = 0; i < machine->count; i++) {
        const struct pci_function *f = &machine->functions[i];
        if (f->header == 1 && f->secondary == bus)
            return f;
    }
    return NULL;
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void decode_bars(struct pci_function *f, const uint8_t *config)
{
    unsigned count = f->header == 0 ? PCI_BARS : f->header == 1 ? 2 : 0;
    for (unsigned i = 0; i < count; i++) {
        struct pci_bar *bar = &f->bars[i];
        uint32_t value = get32(config + BAR0 + i * 4);
        if (value == 0)
            continue; /* or it has an address that only the system knows */
        if (value & 1) {
            bar->kind = PCI_BAR_PORTS;
            bar->address = value & 0xfffcu;
            continue;
        }
        bar->kind = PCI_BAR_MEMORY;
        bar->address = value & ~0xfu;
        bar->prefetchable = value & 8;
        bar->wide = (value & 6) == 4 && i + 1 < count;
        if (bar->wide)
            bar->address |= (uint64_t)get32(config + BAR0 + ++i * 4) << 32;
    }
}

static void decode_capability(struct pci_function *f, const uint8_t *cap, size_t size)
{
    if (cap[0] == CAP_MSI && size >= 4) {
        f->msi = 1u << (cap[2] >> 1 & 7);
        f->msi_on = cap[2] & 1;
    } else if (cap[0] == CAP_MSIX && size >= 4) {
        f->msix = (get16(cap + 2) & MASK(11)) + 1;
    } else if (cap[0] == CAP_EXPRESS && size >= 8) {
        f->express = (uint8_t)((get16(cap + 2) >> 4 & MASK(4)) + 1);
        f->reset = get32(cap + 4) & BIT(28);
    } else if (cap[0] == CAP_ADVANCED && size >= 4) {
        f->reset = cap[3] & 2;
    }
}

void pcilist_decode(struct pci_function *f, const uint8_t *config, size_t size)
{
    if (size < HEADER_SIZE || get16(config + VENDOR) == 0xffff)
        return;
    f->vendor = get16(config + VENDOR);
    f->device = get16(config + DEVICE);
    f->class_code = get32(config + CLASS - 1) >> 8;
    f->header = config[HEADER_TYPE] & 0x7f;
    decode_bars(f, config);
    f->line = config[INTERRUPT_LINE];
    f->pin = config[INTERRUPT_PIN] <= 4 ? config[INTERRUPT_PIN] : 0;
    if (f->header == 0)
        f->board = get16(config + SUBSYSTEM_VENDOR);
    else
        f->secondary = config[SECONDARY_BUS];
    if (!(config[STATUS] & STATUS_CAPABILITIES) || f->header > 1)
        return;
    unsigned at = config[CAPABILITIES] & ~3u;
    for (unsigned i = 0; at >= HEADER_SIZE && at + 2 <= size && i < CAPABILITIES_MAX; i++) {
        decode_capability(f, config + at, size - at);
        at = config[at + 1] & ~3u;
    }
}
