/* SPDX-License-Identifier: BSD-2-Clause */
#include "access_control.h"

#include <base/bits.h>
#include <pcilist/pcilist.h>
#include <stdbool.h>

#define REGISTER_HEADER 0x0e
#define HEADER_SEVERAL  0x80 /* there are more functions than the first */
#define DEVICES         32
#define FUNCTIONS       8
#define EXTENDED        0x100 /* where the list of extended capabilities begins */
#define EXTENDED_MOST   48    /* a longer list goes round in circles */
#define CAPABILITY_ACS  0x000d
#define ACS_CAPABILITY  4 /* and the control register, in the upper half */
#define ACS_CONTROL     6

static void turn_on(const struct config_access *config, uint8_t bus, uint8_t dev, uint8_t fun)
{
    uint32_t at = EXTENDED;
    for (unsigned i = 0; at >= EXTENDED && i < EXTENDED_MOST; i++) {
        uint32_t header = config->read(bus, dev, fun, (uint16_t)at, 4);
        if (header == 0 || header == ~0u)
            return;
        if ((header & MASK(16)) == CAPABILITY_ACS) {
            uint32_t able = config->read(bus, dev, fun, (uint16_t)(at + ACS_CAPABILITY), 4);
            config->write(bus, dev, fun, (uint16_t)(at + ACS_CONTROL), 2, pcilist_isolating(able));
            return;
        }
        at = header >> 20 & ~3u;
    }
}

static bool is_there(const struct config_access *config, uint8_t bus, uint8_t dev, uint8_t fun)
{
    return config->read(bus, dev, fun, 0, 2) != 0xffff;
}

void access_control_turn_on(const struct config_access *config, unsigned buses)
{
    for (unsigned bus = 0; bus < buses; bus++)
        for (uint8_t dev = 0; dev < DEVICES; dev++) {
            uint8_t b = (uint8_t)bus;
            if (!is_there(config, b, dev, 0))
                continue;
            bool several = config->read(b, dev, 0, REGISTER_HEADER, 1) & HEADER_SEVERAL;
            for (uint8_t fun = 0; fun == 0 || (several && fun < FUNCTIONS); fun++)
                if (is_there(config, b, dev, fun))
                    turn_on(config, b, dev, fun);
        }
}
