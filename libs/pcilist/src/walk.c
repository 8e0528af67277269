/* SPDX-License-Identifier: BSD-2-Clause */
#include <pcilist/walk.h>

#include <base/bits.h>
#include <stdbool.h>

#define REGISTER_HEADER 0x0e
#define HEADER_SEVERAL  0x80 /* there are more functions than the first */
#define DEVICES         32
#define FUNCTIONS       8
#define EXTENDED        0x100 /* where the list of extended capabilities begins */

static bool is_there(pcilist_read_fn read, uint8_t bus, uint8_t dev, uint8_t fun)
{
    return read(bus, dev, fun, 0, 2) != 0xffff;
}

void pcilist_walk(pcilist_read_fn read, unsigned buses,
                  void (*found)(void *ctx, uint8_t bus, uint8_t dev, uint8_t fun), void *ctx)
{
    for (unsigned i = 0; i < buses * DEVICES; i++) {
        uint8_t bus = (uint8_t)(i / DEVICES), dev = i % DEVICES;
        if (!is_there(read, bus, dev, 0))
            continue;
        bool several = read(bus, dev, 0, REGISTER_HEADER, 1) & HEADER_SEVERAL;
        for (uint8_t fun = 0; fun == 0 || (several && fun < FUNCTIONS); fun++)
            if (is_there(read, bus, dev, fun))
                found(ctx, bus, dev, fun);
    }
}

unsigned pcilist_extended(pcilist_read_fn read, uint8_t bus, uint8_t dev, uint8_t fun,
                          struct pci_extended list[PCI_EXTENDED_MOST])
{
    uint32_t at = EXTENDED;
    unsigned count = 0;
    while (at >= EXTENDED && count < PCI_EXTENDED_MOST) {
        uint32_t header = read(bus, dev, fun, (uint16_t)at, 4);
        if (header == 0 || header == ~0u)
            break;
        list[count++] = (struct pci_extended){(uint16_t)header, (uint16_t)at};
        at = header >> 20 & ~3u;
    }
    return count;
}
