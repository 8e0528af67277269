/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which input of the I/O APIC a function's pin is wired to. In general only the firmware knows, in
 * a program (_PRT) that it wrote for an interpreter; two boards are wired in a known way.
 * Rests on: PCI-to-PCI Bridge Architecture 1.2, 9.1 (pins of devices after bridges); Intel 82371SB
 * (PIIX3) datasheet, PIRQRC; QEMU's boards "pc" and "q35".
 */
#include <pcilist/pcilist.h>

#define INTEL 0x8086
#define PIIX3 0x7000
#define ICH9  0x2918
#define QEMU  0x1af4

#define PIIX_DISABLED 0x80
#define BRIDGES_MAX   8

/* Device and pin (0: A) on bus 0 that the pin comes out of; false: it comes out of none. */
static bool root_pin(const struct pci_machine *machine, const struct pci_function *f, unsigned *dev,
                     unsigned *pin)
{
    *dev = f->dev;
    *pin = f->pin - 1u;
    uint8_t bus = f->bus;
    for (unsigned i = 0; bus != 0; i++) {
        const struct pci_function *bridge = pcilist_bridge_to(machine, bus);
        if (!bridge || i == BRIDGES_MAX)
            return false;
        *pin = (*pin + *dev) % 4;
        *dev = bridge->dev;
        bus = bridge->bus;
    }
    return true;
}

static int piix_gsi(unsigned dev, unsigned pin, const uint8_t pirq[4])
{
    uint8_t route = pirq[(dev + pin + 3) % 4];
    return route & PIIX_DISABLED ? PCI_NONE : route & 0xf;
}

/* Slots from 25 on have what the chipset begins with: A to the first input, and so on. */
static int ich9_gsi(unsigned dev, unsigned pin)
{
    bool external = dev < 25 || dev == 30;
    return (int)(external ? 20 + (dev + pin) % 4 : 16 + pin);
}

void pcilist_route(struct pci_machine *machine, const uint8_t piix_pirq[4])
{
    const struct pci_function *host = pcilist_find(machine, 0, 0, 0);
    const struct pci_function *piix = pcilist_find(machine, 0, 1, 0),
                              *ich = pcilist_find(machine, 0, 31, 0);
    if (!host || host->board != QEMU)
        return;
    bool is_piix = piix && piix->vendor == INTEL && piix->device == PIIX3;
    if (!is_piix && !(ich && ich->vendor == INTEL && ich->device == ICH9))
        return;
    for (unsigned i = 0; i < machine->count; i++) {
        struct pci_function *f = &machine->functions[i];
        unsigned dev, pin;
        if (!f->pin || f->route != PCI_ROUTE_UNKNOWN || !root_pin(machine, f, &dev, &pin))
            continue;
        f->gsi = is_piix ? piix_gsi(dev, pin, piix_pirq) : ich9_gsi(dev, pin);
        f->route = f->gsi == PCI_NONE ? PCI_ROUTE_UNKNOWN : PCI_ROUTE_GSI;
    }
}
