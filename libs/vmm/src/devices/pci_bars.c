/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and ports of PCI functions, where the guest's base address registers say (pci.h). A guest
 * may write anything into these: memory is mapped only inside the windows, where there is no RAM,
 * and either only where nothing else of its kind and no device's registers are. What is mapped
 * already stays.
 */
#include "pci_private.h"

#include <errno.h>

#define BAR_PORTS        0x1u
#define BAR_TYPE_64      0x4u
#define BAR_PREFETCHABLE 0x8u
#define BAR_FLAGS        0xfu
#define BAR_PORTS_FLAGS  0x3u

#define NOWHERE UINT64_MAX

/* Ports below are the mainboard's. Firmware begins with those from FIRST_PLACED on. */
#define FIRST_PORT   0x100u
#define FIRST_PLACED 0xc000u
#define PORTS_END    0x10000u

enum complaint { OUTSIDE, OVERLAP, NOT_MAPPED };

static const char *const reasons[] = {
    [OUTSIDE] = "that is outside the window for devices",
    [OVERLAP] = "something else is there",
    [NOT_MAPPED] = "it cannot be mapped",
};

static uint32_t read_bar(const struct pci_function *function, unsigned index)
{
    uint32_t value;

    memcpy(&value, &function->config[OFFSET_BAR + 4 * index], sizeof(value));
    return value;
}

static void write_bar(struct pci_function *function, unsigned index, uint32_t value)
{
    memcpy(&function->config[OFFSET_BAR + 4 * index], &value, sizeof(value));
}

static bool is_wrong(const struct pci_bar *bar)
{
    uint64_t flags = bar->ports ? BAR_PORTS_FLAGS : BAR_FLAGS;

    return bar->size <= flags || bar->size & (bar->size - 1) ||
           (bar->ports && (bar->wide || bar->size > PORTS_END / 2)) ||
           (!bar->wide && bar->size >> 32);
}

/* Size and alignment are those of the bits that can be written (6.2.5.1). */
int pci_set_bar(struct pci_function *function, unsigned index, const struct pci_bar *bar)
{
    uint64_t writable = ~(bar->size - 1) & ~(uint64_t)(bar->ports ? BAR_PORTS_FLAGS : BAR_FLAGS);
    uint32_t flags = (bar->ports ? BAR_PORTS : 0) | (bar->wide ? BAR_TYPE_64 : 0) |
                     (bar->prefetchable ? BAR_PREFETCHABLE : 0);

    if (index + bar->wide >= PCI_BARS || is_wrong(bar) ||
        (index && function->bar[index - 1].wide) || (bar->wide && function->bar[index + 1].size))
        return -EINVAL;
    function->bar[index] = *bar;
    write_bar(function, index, flags);
    memcpy(&function->writable[OFFSET_BAR + 4 * index], &writable, bar->wide ? 8 : 4);
    return 0;
}

bool pci_decodes(const struct pci_function *function)
{
    return pci_command(function) & COMMAND_MEMORY;
}

/* --- Moving --- */

static uint64_t address_in(const struct pci_function *function, unsigned index)
{
    const struct pci_bar *bar = &function->bar[index];
    uint64_t address = read_bar(function, index) & ~(bar->ports ? BAR_PORTS_FLAGS : BAR_FLAGS);

    if (bar->wide)
        address |= (uint64_t)read_bar(function, index + 1) << 32;
    return address;
}

static uint64_t wanted(const struct pci_function *function, unsigned index)
{
    unsigned enable = function->bar[index].ports ? COMMAND_PORTS : COMMAND_MEMORY;

    return pci_command(function) & enable ? address_in(function, index) : NOWHERE;
}

static bool fits(const struct pci_window *window, uint64_t address, uint64_t size)
{
    return address >= window->base && address < window->end && size <= window->end - address;
}

static bool in_a_window(const struct pci_host *host, const struct pci_bar *bar, uint64_t address)
{
    const struct pci_window ports = {FIRST_PORT, PORTS_END};

    if (bar->ports)
        return fits(&ports, address, bar->size);
    return fits(&host->window[0], address, bar->size) || fits(&host->window[1], address, bar->size);
}

/* Devices that are not on this bus. */
static bool is_elsewhere(const struct pci_host *host, const struct pci_bar *bar, uint64_t address)
{
    if (bar->ports)
        return host->ports && port_bus_is_taken(host->ports, (uint16_t)address,
                                                (uint16_t)(address + bar->size - 1));
    return host->mmio && mmio_bus_is_taken(host->mmio, address, bar->size);
}

/* Inside a window, so that no sum wraps. */
static bool is_taken(const struct pci *pci, const struct pci_bar *bar, uint64_t address)
{
    for (const struct pci_function *at = pci->functions; at; at = at->next) {
        for (unsigned i = 0; i < PCI_BARS; i++) {
            const struct pci_bar *other = &at->bar[i];

            if (other->mapped && other->ports == bar->ports &&
                address < other->address + other->size && other->address < address + bar->size)
                return true;
        }
    }
    return is_elsewhere(&pci->host, bar, address);
}

static void complain(const struct pci *pci, struct pci_function *function, unsigned index,
                     uint64_t address, enum complaint kind)
{
    if (pci->host.complain && !(function->complaints & BIT(kind))) {
        function->complaints |= (unsigned)BIT(kind);
        pci->host.complain(pci->host.ctx, function, index, address, reasons[kind]);
    }
}

static void map(struct pci *pci, struct pci_function *function, unsigned index)
{
    struct pci_bar *bar = &function->bar[index];
    uint64_t address = wanted(function, index);

    if (bar->size == 0 || bar->mapped || address == NOWHERE)
        return;
    if (!in_a_window(&pci->host, bar, address)) {
        complain(pci, function, index, address, OUTSIDE);
    } else if (is_taken(pci, bar, address)) {
        complain(pci, function, index, address, OVERLAP);
    } else if (bar->map && bar->map(function->ctx, index, address)) {
        complain(pci, function, index, address, NOT_MAPPED);
    } else {
        bar->address = address;
        bar->mapped = true;
    }
}

static void unmap(struct pci_function *function, unsigned index)
{
    struct pci_bar *bar = &function->bar[index];

    if (!bar->mapped || wanted(function, index) == bar->address)
        return;
    bar->mapped = false;
    if (bar->unmap)
        bar->unmap(function->ctx, index);
}

void pci_move_bars(struct pci *pci)
{
    /* All that goes first: it may be in the way of what comes. */
    for (struct pci_function *at = pci->functions; at; at = at->next)
        for (unsigned i = 0; i < PCI_BARS; i++)
            unmap(at, i);
    for (struct pci_function *at = pci->functions; at; at = at->next)
        for (unsigned i = 0; i < PCI_BARS; i++)
            map(pci, at, i);
}

/* --- Firmware's part --- */

static void set_address(struct pci_function *function, unsigned index, uint64_t address)
{
    const struct pci_bar *bar = &function->bar[index];
    uint32_t flags = read_bar(function, index) & (bar->ports ? BAR_PORTS_FLAGS : BAR_FLAGS);

    write_bar(function, index, (uint32_t)address | flags);
    if (bar->wide)
        write_bar(function, index + 1, (uint32_t)(address >> 32));
}

static bool place_in(struct pci_window *room, struct pci_function *function, unsigned index)
{
    uint64_t size = function->bar[index].size, address = ROUND_UP(room->base, size);

    if (!fits(room, address, size))
        return false;
    set_address(function, index, address);
    room->base = address + size;
    return true;
}

/* Its registers stay 0 where there is no room: the guest may find some. */
static void place_memory(struct pci *pci, struct pci_window room[PCI_WINDOWS],
                         struct pci_function *function, unsigned index)
{
    if (!place_in(&room[0], function, index) && function->bar[index].wide)
        pci->high |= place_in(&room[1], function, index);
}

/* Nothing decodes yet, so it is the registers that count. */
static bool is_promised(const struct pci *pci, const struct pci_bar *bar, uint64_t address)
{
    for (const struct pci_function *at = pci->functions; at; at = at->next) {
        for (unsigned i = 0; i < PCI_BARS; i++) {
            uint64_t other = address_in(at, i);

            if (at->bar[i].ports && other != 0 && address < other + at->bar[i].size &&
                other < address + bar->size)
                return true;
        }
    }
    return is_elsewhere(&pci->host, bar, address);
}

static void place_ports(const struct pci *pci, struct pci_function *function, unsigned index)
{
    const struct pci_bar *bar = &function->bar[index];
    uint64_t address = bar->prefer;

    if (address % bar->size || !in_a_window(&pci->host, bar, address) ||
        is_promised(pci, bar, address))
        address = ROUND_UP(FIRST_PLACED, bar->size);
    while (address < PORTS_END && is_promised(pci, bar, address))
        address += bar->size;
    if (address < PORTS_END)
        set_address(function, index, address);
}

void pci_place(struct pci *pci)
{
    struct pci_window room[PCI_WINDOWS];

    memcpy(room, pci->host.window, sizeof(room));
    pci->high = false;
    for (struct pci_function *at = pci->functions; at; at = at->next) {
        for (unsigned i = 0; i < PCI_BARS; i++)
            if (at->bar[i].size && at->bar[i].ports)
                place_ports(pci, at, i);
            else if (at->bar[i].size)
                place_memory(pci, room, at, i);
        if (at->config[OFFSET_INTERRUPT_PIN])
            at->config[OFFSET_INTERRUPT_LINE] =
                (uint8_t)pci_pin_gsi(pci, at->slot, at->config[OFFSET_INTERRUPT_PIN] - 1u);
    }
    pci_move_bars(pci);
}
