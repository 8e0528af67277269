/* SPDX-License-Identifier: BSD-2-Clause */
#include "access_control.h"

#include <pcilist/pcilist.h>

#define ACS_CAPABILITY 4 /* and the control register, in the upper half */
#define ACS_CONTROL    6

static void turn_on(void *ctx, uint8_t bus, uint8_t dev, uint8_t fun)
{
    const struct config_access *config = ctx;
    struct pci_extended list[PCI_EXTENDED_MOST];
    unsigned count = pcilist_extended(config->read, bus, dev, fun, list);
    for (unsigned i = 0; i < count; i++) {
        uint16_t at = list[i].offset;
        if (list[i].number != PCI_EXTENDED_ACS)
            continue;
        uint32_t able = config->read(bus, dev, fun, at + ACS_CAPABILITY, 4);
        config->write(bus, dev, fun, at + ACS_CONTROL, 2, pcilist_isolating(able));
    }
}

void access_control_turn_on(struct config_access config, unsigned buses)
{
    pcilist_walk(config.read, buses, turn_on, &config);
}
