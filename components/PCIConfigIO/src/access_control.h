/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that could reach each other below an IOMMU are made to ask it: all ports and functions
 * with access control services (ACS) send requests for each other up to it.
 * Rests on: PCI Express Base Specification 3.0, 6.12 and 7.16.
 */
#pragma once

#include <pcilist/walk.h>

/* Configuration space, extended, too. */
struct config_access {
    pcilist_read_fn read;
    void (*write)(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size,
                  uint32_t value);
};

/* Of all functions on the first `buses` buses, before anybody turns one on. */
void access_control_turn_on(struct config_access config, unsigned buses);
