/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In whose name a function's accesses reach the IOMMU. Conventional PCI has no names for those who
 * ask, so a bridge to it gives its own, or that of the first function behind it, to all that come
 * from there. Firmware has numbered the buses; nobody is let to change that later.
 *
 * Rests on: PCI-to-PCI Bridge Architecture Specification 1.2, 3.2.5; PCI Express to PCI/PCI-X
 * Bridge Specification 1.0, 2.3; PCI Express Base Specification 3.0, 7.8.2.
 */
#include "memory.h"
#include "pci.h"
#include <base/bits.h>

#define BUSES                256
#define FUNCTIONS_OF_A_BUS   256
#define REGISTER_HEADER      0x0e
#define HEADER_KIND          0x7f
#define HEADER_BRIDGE        1
#define HEADER_MANY          BIT(7)
#define CAPABILITY_EXPRESS   0x10
#define EXPRESS_CAPABILITIES 2

/* Kinds of PCI Express ports, in bits 7:4 of the capabilities register. */
enum express_port {
    PORT_NONE = 0,
    PORT_ROOT = 4,
    PORT_UPSTREAM = 5,
    PORT_DOWNSTREAM = 6,
    PORT_TO_PCI = 7,
};

/* By bus; 0 where functions have their own. */
static uint16_t requesters[BUSES];

static BOOT_CODE enum express_port port_of(uint16_t bridge)
{
    unsigned at = pci_find_capability(bridge, CAPABILITY_EXPRESS);
    return at ? pci_read(bridge, at + EXPRESS_CAPABILITIES) >> 4 & 0xf : PORT_NONE;
}

static BOOT_CODE uint16_t requester_behind(uint16_t bridge, uint8_t bus)
{
    if (requesters[bridge >> 8])
        return requesters[bridge >> 8];
    switch (port_of(bridge)) {
    case PORT_ROOT:
    case PORT_UPSTREAM:
    case PORT_DOWNSTREAM:
        return 0;
    case PORT_TO_PCI:
        return (uint16_t)(bus << 8);
    default:
        return bridge;
    }
}

/* Buses behind a bridge have larger numbers than its own. */
static BOOT_CODE void look_behind(uint16_t bridge)
{
    uint8_t bus = pci_bus_behind(bridge);
    if (bus > bridge >> 8)
        requesters[bus] = requester_behind(bridge, bus);
}

BOOT_CODE void pci_find_requesters(void)
{
    for (unsigned function = 0; function < BUSES * FUNCTIONS_OF_A_BUS; function++) {
        uint16_t header = pci_read((uint16_t)function, REGISTER_HEADER);
        if (header != UINT16_MAX && (header & HEADER_KIND) == HEADER_BRIDGE)
            look_behind((uint16_t)function);
        if ((function & 7) == 0 && (header == UINT16_MAX || !(header & HEADER_MANY)))
            function += 7;
    }
}

uint16_t pci_requester(uint16_t function)
{
    uint16_t requester = requesters[function >> 8];
    return requester ? requester : function;
}
