/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks at every place where a function can be.
 * Rests on: PCI Local Bus Specification 3.0, 6.1, 6.2.4 (functions of a device), 6.2.5.1 (sizes).
 */
#include "lister.h"

#include <base/bits.h>
#include <camkes.h>

enum {
    ID = 0x00,
    COMMAND = 0x04,
    HEADER_TYPE = 0x0e,
    BAR0 = 0x10,
    PIIX_PIRQ = 0x60,
};
#define COMMAND_DECODES 3u /* ports, memory */
#define MULTIFUNCTION   0x80
#define FUNCTIONS       8
#define CONFIG_SIZE     256
#define CAP_ACS         0x000d
#define PIIX_DEV        1

static uint32_t ask_bar(const struct pci_function *f, unsigned index)
{
    uint16_t offset = (uint16_t)(BAR0 + index * 4);
    uint32_t value = pci_read32(f->bus, f->dev, f->fun, offset);
    pci_write32(f->bus, f->dev, f->fun, offset, ~0u);
    uint32_t mask = pci_read32(f->bus, f->dev, f->fun, offset);
    pci_write32(f->bus, f->dev, f->fun, offset, value);
    return mask;
}

static void size_bars(struct pci_function *f)
{
    uint16_t command = pci_read16(f->bus, f->dev, f->fun, COMMAND);
    pci_write16(f->bus, f->dev, f->fun, COMMAND, command & (uint16_t)~COMMAND_DECODES);
    for (unsigned i = 0; i < PCI_BARS; i++) {
        struct pci_bar *bar = &f->bars[i];
        uint32_t mask = ask_bar(f, i);
        if (bar->kind == PCI_BAR_PORTS && mask & 0xfffc) {
            bar->size = (uint16_t)(~(mask & 0xfffc) + 1);
        } else if (bar->kind == PCI_BAR_MEMORY && bar->wide) {
            uint64_t wide = mask & ~0xfu;
            wide |= (uint64_t)ask_bar(f, ++i) << 32;
            bar->size = ~wide + 1;
        } else if (bar->kind == PCI_BAR_MEMORY) {
            bar->size = ~(mask & ~0xfu) + 1;
        }
    }
    pci_write16(f->bus, f->dev, f->fun, COMMAND, command);
}

/* The list above the first 256 bytes (PCI Express Base Specification 3.0, 7.9.3). */
static void list_extended(struct pci_function *f)
{
    unsigned at = CONFIG_SIZE;
    f->extended_count = 0;
    for (unsigned i = 0; at >= CONFIG_SIZE && i < PCI_EXTENDED_MAX; i++) {
        uint32_t header = pci_read32(f->bus, f->dev, f->fun, (uint16_t)at);
        if (header == 0 || header == ~0u)
            return;
        f->extended[f->extended_count++] = (uint16_t)header;
        if ((header & 0xffff) == CAP_ACS)
            f->isolates = pcilist_isolates(pci_read32(f->bus, f->dev, f->fun, (uint16_t)(at + 4)));
        at = header >> 20 & ~3u;
    }
}

static void look_at(struct pci_machine *machine, uint8_t bus, uint8_t dev, uint8_t fun)
{
    uint32_t config[CONFIG_SIZE / 4];
    struct pci_function *f = pcilist_add(machine, 0, bus, dev, fun);
    if (!f)
        return; /* more than anybody could read */
    for (unsigned i = 0; i < ARRAY_SIZE(config); i++)
        config[i] = pci_read32(bus, dev, fun, (uint16_t)(i * 4));
    pcilist_decode(f, (const uint8_t *)config, sizeof(config));
    list_extended(f);
    if (!pcilist_refusal(f))
        size_bars(f);
}

static bool is_there(uint8_t bus, uint8_t dev, uint8_t fun)
{
    return (pci_read32(bus, dev, fun, ID) & 0xffff) != 0xffff;
}

void scan(struct pci_machine *machine, uint8_t piix_pirq[4])
{
    for (unsigned bus = 0; bus < 256; bus++)
        for (uint8_t dev = 0; dev < 32; dev++) {
            if (!is_there((uint8_t)bus, dev, 0))
                continue;
            bool several = pci_read8((uint8_t)bus, dev, 0, HEADER_TYPE) & MULTIFUNCTION;
            for (uint8_t fun = 0; fun == 0 || (several && fun < FUNCTIONS); fun++)
                if (is_there((uint8_t)bus, dev, fun))
                    look_at(machine, (uint8_t)bus, dev, fun);
        }
    for (unsigned i = 0; i < 4; i++)
        piix_pirq[i] = pci_read8(0, PIIX_DEV, 0, (uint16_t)(PIIX_PIRQ + i));
}
