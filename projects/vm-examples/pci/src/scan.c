/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks at every place where a function can be.
 * Rests on: PCI Local Bus Specification 3.0, 6.1 and 6.2.5.1 (sizes).
 */
#include "lister.h"

#include <base/bits.h>
#include <camkes.h>
#include <pcilist/walk.h>

enum {
    COMMAND = 0x04,
    BAR0 = 0x10,
    PIIX_PIRQ = 0x60,
};
#define COMMAND_DECODES 3u /* ports, memory */
#define CONFIG_SIZE     256
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

static uint32_t read(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size)
{
    return size == 1   ? pci_read8(bus, dev, fun, offset)
           : size == 2 ? pci_read16(bus, dev, fun, offset)
                       : pci_read32(bus, dev, fun, offset);
}

static void list_extended(struct pci_function *f)
{
    struct pci_extended list[PCI_EXTENDED_MOST];
    unsigned count = pcilist_extended(read, f->bus, f->dev, f->fun, list);
    f->extended_count = 0;
    for (unsigned i = 0; i < count; i++) {
        if (f->extended_count < PCI_EXTENDED_MAX)
            f->extended[f->extended_count++] = list[i].number;
        if (list[i].number == PCI_EXTENDED_ACS)
            f->isolates = pcilist_isolates(
                pci_read32(f->bus, f->dev, f->fun, (uint16_t)(list[i].offset + 4)));
    }
}

static void look_at(void *machine, uint8_t bus, uint8_t dev, uint8_t fun)
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

void scan(struct pci_machine *machine, uint8_t piix_pirq[4])
{
    pcilist_walk(read, 256, look_at, machine);
    for (unsigned i = 0; i < 4; i++)
        piix_pirq[i] = pci_read8(0, PIIX_DEV, 0, (uint16_t)(PIIX_PIRQ + i));
}
