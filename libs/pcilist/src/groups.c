/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which functions reach each other's memory whatever an IOMMU says: it cannot tell apart what lies
 * after a bridge to conventional PCI, and does not see what passes from one function to another
 * below it. Access control services (ACS) send that up to it.
 * Rests on: PCI Express Base Specification 3.0, 6.12 and 7.16 (ACS), 7.8.2 (types of ports);
 * PCI Express to PCI/PCI-X Bridge 1.0, 2.3 (who asks, for devices after it).
 */
#include <pcilist/pcilist.h>

#include <base/bits.h>

enum {
    ROOT_PORT = 4,
    UPSTREAM_PORT = 5,
    DOWNSTREAM_PORT = 6,
    /* Source validation; redirecting of requests and completions; forwarding upstream. */
    ACS_NEEDED = BIT(0) | BIT(2) | BIT(3) | BIT(4),
};

bool pcilist_isolates(uint32_t access_control)
{
    uint32_t able = access_control & MASK(16), on = access_control >> 16;
    return (able & ~on & ACS_NEEDED) == 0;
}

uint16_t pcilist_isolating(uint32_t access_control)
{
    return (uint16_t)(access_control >> 16 | (access_control & ACS_NEEDED));
}

static bool bridge_isolates(const struct pci_function *bridge)
{
    if (bridge->express == UPSTREAM_PORT + 1)
        return true; /* the ports below it decide */
    return bridge->isolates &&
           (bridge->express == ROOT_PORT + 1 || bridge->express == DOWNSTREAM_PORT + 1);
}

/* All bridges from the bus up keep apart what lies below them. */
static bool path_isolates(const struct pci_machine *machine, const struct pci_function *bridge)
{
    for (unsigned i = 0; bridge && i < machine->count; i++) {
        if (!bridge_isolates(bridge))
            return false;
        bridge = pcilist_bridge_to(machine, bridge->bus);
    }
    return true;
}

/* Functions of one slot, or ports of one switch: from one to the other it is not far. */
static bool are_neighbours(const struct pci_function *a, const struct pci_function *b)
{
    bool ports = a->express == DOWNSTREAM_PORT + 1 && b->express == DOWNSTREAM_PORT + 1;
    return a->segment == b->segment && a->bus == b->bus && (a->dev == b->dev || ports) &&
           !(a->isolates && b->isolates);
}

static void renumber(struct pci_machine *machine, int from, int to)
{
    for (unsigned i = 0; i < machine->count; i++)
        if (machine->functions[i].group == from)
            machine->functions[i].group = to;
}

/* A group's number is the place of its first function. */
static void join(struct pci_machine *machine, int a, int b)
{
    renumber(machine, a > b ? a : b, a > b ? b : a);
}

void pcilist_group(struct pci_machine *machine)
{
    for (unsigned i = 0; i < machine->count; i++)
        if (machine->functions[i].group != PCI_NONE)
            return;
    for (unsigned i = 0; i < machine->count; i++)
        machine->functions[i].group = (int)i;

    for (unsigned i = 0; i < machine->count; i++) {
        const struct pci_function *f = &machine->functions[i];
        const struct pci_function *bridge = pcilist_bridge_to(machine, f->bus);
        for (unsigned j = 0; j < i; j++)
            if (are_neighbours(f, &machine->functions[j]))
                join(machine, f->group, machine->functions[j].group);
        if (bridge && bridge != f && !path_isolates(machine, bridge))
            join(machine, f->group, bridge->group);
    }
    int next = 0;
    for (unsigned i = 0; i < machine->count; i++)
        if (machine->functions[i].group == (int)i)
            renumber(machine, (int)i, next++);
}
