/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of PCI functions, where the guest's base address registers say (pci.h). A guest may write
 * anything into these: memory is mapped only inside the windows, where there is no RAM, and only
 * where no other memory and no device's registers are. What is mapped already stays.
 */
#include "pci_private.h"

#include <errno.h>

#define BAR_TYPE_64      0x4u
#define BAR_PREFETCHABLE 0x8u
#define BAR_FLAGS        0xfu

#define NOWHERE UINT64_MAX

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

/* Size and alignment are those of the bits that can be written (6.2.5.1). */
int pci_set_bar(struct pci_function *function, unsigned index, const struct pci_bar *bar)
{
    uint64_t writable = ~(bar->size - 1) & ~(uint64_t)BAR_FLAGS;

    if (index + bar->wide >= PCI_BARS || bar->size <= BAR_FLAGS || bar->size & (bar->size - 1) ||
        (!bar->wide && bar->size >> 32) || (index && function->bar[index - 1].wide) ||
        (bar->wide && function->bar[index + 1].size))
        return -EINVAL;
    function->bar[index] = *bar;
    write_bar(function, index,
              (bar->wide ? BAR_TYPE_64 : 0) | (bar->prefetchable ? BAR_PREFETCHABLE : 0));
    memcpy(&function->writable[OFFSET_BAR + 4 * index], &writable, bar->wide ? 8 : 4);
    return 0;
}

bool pci_decodes(const struct pci_function *function)
{
    return pci_command(function) & COMMAND_MEMORY;
}

/* --- Moving --- */

static uint64_t wanted(const struct pci_function *function, unsigned index)
{
    uint64_t address = read_bar(function, index) & ~BAR_FLAGS;

    if (!pci_decodes(function))
        return NOWHERE;
    if (function->bar[index].wide)
        address |= (uint64_t)read_bar(function, index + 1) << 32;
    return address;
}

static bool fits(const struct pci_window *window, uint64_t address, uint64_t size)
{
    return address >= window->base && address < window->end && size <= window->end - address;
}

static bool in_a_window(const struct pci_host *host, uint64_t address, uint64_t size)
{
    return fits(&host->window[0], address, size) || fits(&host->window[1], address, size);
}

/* Inside a window, so that no sum wraps. */
static bool is_taken(const struct pci *pci, uint64_t address, uint64_t size)
{
    for (unsigned slot = 0; slot < PCI_SLOTS; slot++) {
        for (unsigned i = 0; pci->slot[slot] && i < PCI_BARS; i++) {
            const struct pci_bar *bar = &pci->slot[slot]->bar[i];

            if (bar->mapped && address < bar->address + bar->size && bar->address < address + size)
                return true;
        }
    }
    return pci->host.mmio && mmio_bus_is_taken(pci->host.mmio, address, size);
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
    if (!in_a_window(&pci->host, address, bar->size)) {
        complain(pci, function, index, address, OUTSIDE);
    } else if (is_taken(pci, address, bar->size)) {
        complain(pci, function, index, address, OVERLAP);
    } else if (bar->map && bar->map(function->ctx, address)) {
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
        bar->unmap(function->ctx);
}

void pci_move_bars(struct pci *pci)
{
    /* All that goes first: it may be in the way of what comes. */
    for (unsigned slot = 0; slot < PCI_SLOTS; slot++)
        for (unsigned i = 0; pci->slot[slot] && i < PCI_BARS; i++)
            unmap(pci->slot[slot], i);
    for (unsigned slot = 0; slot < PCI_SLOTS; slot++)
        for (unsigned i = 0; pci->slot[slot] && i < PCI_BARS; i++)
            map(pci, pci->slot[slot], i);
}

/* --- Firmware's part --- */

/* Its registers stay 0 where there is no room: the guest may find some. */
static void place_bar(struct pci_window *room, struct pci_function *function, unsigned index)
{
    uint64_t size = function->bar[index].size, address;

    if (size == 0)
        return;
    address = ROUND_UP(room->base, size);
    if (fits(room, address, size)) {
        write_bar(function, index, (uint32_t)address | (read_bar(function, index) & BAR_FLAGS));
        if (function->bar[index].wide)
            write_bar(function, index + 1, (uint32_t)(address >> 32));
        room->base = address + size;
    }
}

void pci_place(struct pci *pci)
{
    struct pci_window room = pci->host.window[0];

    for (unsigned slot = 0; slot < PCI_SLOTS; slot++) {
        struct pci_function *function = pci->slot[slot];

        if (!function)
            continue;
        for (unsigned i = 0; i < PCI_BARS; i++)
            place_bar(&room, function, i);
        if (function->config[OFFSET_INTERRUPT_PIN])
            function->config[OFFSET_INTERRUPT_LINE] = (uint8_t)pci_gsi(slot, 0);
    }
    pci_move_bars(pci);
}
