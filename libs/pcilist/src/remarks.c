/* SPDX-License-Identifier: BSD-2-Clause */
/* What a person should know before a function is given away. */
#include "stanzas_private.h"

#include <base/bits.h>

#include <inttypes.h>
#include <string.h>

typedef unsigned long long ull;

bool pcilist_is_legacy_channel(const struct pci_function *f, unsigned channel)
{
    /* Bits 0 and 2 of the programming interface: native (PCI IDE Controller Specification 1.0). */
    return f->class_code >> 8 == 0x0101 && !(f->class_code & 1u << channel * 2);
}

bool stanza_is_usable(const struct pci_function *f, unsigned index)
{
    const struct pci_bar *bar = &f->bars[index];
    if (index < 4 && pcilist_is_legacy_channel(f, index / 2))
        return false;
    if (bar->kind == PCI_BAR_ABSENT || !bar->address || !bar->size)
        return false;
    if (bar->kind == PCI_BAR_PORTS)
        return bar->address + bar->size <= 0x10000;
    return bar->address % PAGE_SIZE_4K == 0;
}

/* --- Registers --- */

static bool same_page(const struct pci_bar *a, const struct pci_bar *b)
{
    uint64_t a_last = ROUND_UP(a->address + a->size, PAGE_SIZE_4K) - 1;
    uint64_t b_last = b->address + (b->size ? b->size : 1) - 1;
    return a->kind == PCI_BAR_MEMORY && b->kind == PCI_BAR_MEMORY && b->address &&
           b->address <= a_last && ROUND_DOWN(a->address, PAGE_SIZE_4K) <= b_last;
}

static void remark_neighbours(struct stanzas *s, unsigned choice, unsigned index)
{
    const struct pci_function *f = s->choices[choice].function;
    for (unsigned i = 0; i < s->machine->count; i++) {
        const struct pci_function *other = &s->machine->functions[i];
        for (unsigned b = 0; b < PCI_BARS && other != f; b++)
            if (same_page(&f->bars[index], &other->bars[b]))
                stanza_warn(s, s->choices[choice].name,
                            "region %u is in one page with region %u of %02x:%02x.%x: who has the "
                            "one reaches the other; have the firmware put them apart",
                            index, b, other->bus, other->dev, other->fun);
    }
}

static void remark_bar(struct stanzas *s, unsigned choice, unsigned index)
{
    const struct pci_choice *c = &s->choices[choice];
    const struct pci_bar *bar = &c->function->bars[index];
    if (bar->kind == PCI_BAR_ABSENT ||
        (index < 4 && pcilist_is_legacy_channel(c->function, index / 2)))
        return;
    if (!bar->address)
        stanza_warn(s, c->name, "region %u has no address: the firmware must assign one", index);
    else if (!bar->size)
        stanza_warn(s, c->name,
                    "the size of region %u at 0x%llx is not said; `lspci -vv` and sysfs say it",
                    index, (ull)bar->address);
    else if (bar->kind == PCI_BAR_MEMORY && bar->address % PAGE_SIZE_4K)
        stanza_warn(s, c->name,
                    "region %u at 0x%llx does not begin with a page, so it is left out; have the "
                    "firmware put it elsewhere",
                    index, (ull)bar->address);
    else if (bar->kind == PCI_BAR_MEMORY && bar->size % PAGE_SIZE_4K)
        fprintf(s->out, "//   region %u fills 0x%llx bytes of its page\n", index, (ull)bar->size);
    if (bar->kind == PCI_BAR_MEMORY && bar->address && bar->size)
        remark_neighbours(s, choice, index);
}

/* --- Interrupts --- */

static void remark_sharing(struct stanzas *s, const struct pci_choice *c)
{
    for (unsigned i = 0; i < s->machine->count; i++) {
        const struct pci_function *other = &s->machine->functions[i];
        if (other->pin && other->route == PCI_ROUTE_GSI && other->gsi == c->function->gsi &&
            !stanza_is_chosen(s, other) && !pcilist_refusal(other))
            stanza_warn(s, c->name,
                        "interrupt %d is also that of %02x:%02x.%x %s: it has one owner, so leave "
                        "that device alone, or give it to this guest, too",
                        other->gsi, other->bus, other->dev, other->fun,
                        pcilist_class_name(other->class_code));
    }
}

static const char *unknown_route(const struct pci_function *f)
{
    switch (f->route) {
    case PCI_ROUTE_MESSAGE:
        return "its driver uses messages, so the number shown is not that of the pin";
    case PCI_ROUTE_LINE:
        return "no driver has it, so the number shown may be one of the 8259 pair";
    case PCI_ROUTE_GSI:
        if (f->gsi < STANZA_IOAPIC_INPUTS)
            return "the guest has no line left for it";
        return "it is not one of the first I/O APIC; the kernel log of Linux says which inputs "
               "(\"GSI\") each has";
    default:
        return "only the firmware knows where it goes";
    }
}

static void remark_interrupts(struct stanzas *s, unsigned choice)
{
    const struct pci_choice *c = &s->choices[choice];
    const struct pci_function *f = c->function;
    bool legacy = pcilist_is_legacy_channel(f, 0) || pcilist_is_legacy_channel(f, 1);
    if (f->msi || f->msix)
        fprintf(s->out, "//   messages: %u by MSI, %u by MSI-X\n", f->msi, f->msix);
    if (!f->pin && !f->msi && !f->msix && !legacy)
        stanza_warn(s, c->name, "it has no interrupt; its driver must do without");
    if (s->irq_of[choice]) {
        fprintf(s->out, "//   pin %c goes to input %d of the first I/O APIC\n", 'A' + f->pin - 1,
                f->gsi);
        remark_sharing(s, c);
    } else if (f->pin) {
        stanza_warn(s, c->name,
                    "pin %c is left out: %s. Boot Linux with pci=nomsi and the device's driver, "
                    "and run this again%s",
                    'A' + f->pin - 1, unknown_route(f),
                    f->msi || f->msix ? "; or have the guest use messages" : "");
    }
}

/* --- Who else is near --- */

static void remark_group(struct stanzas *s, const struct pci_choice *c)
{
    const struct pci_function *f = c->function;
    for (unsigned i = 0; i < s->machine->count; i++) {
        const struct pci_function *other = &s->machine->functions[i];
        if (other == f || stanza_is_chosen(s, other))
            continue;
        /* A bridge itself asks for nothing. */
        if (f->group != PCI_NONE && other->group == f->group && other->header == 0)
            stanza_warn(
                s, c->name,
                "%02x:%02x.%x %s is in the same IOMMU group (%d): the two reach each other%s",
                other->bus, other->dev, other->fun, pcilist_class_name(other->class_code), f->group,
                pcilist_refusal(other) ? "" : "; give both to one guest, or let nobody use it");
        else if (f->group == PCI_NONE && other->bus == f->bus && other->dev == f->dev &&
                 !pcilist_refusal(other))
            fprintf(s->out, "//   %02x:%02x.%x %s is a function of the same device\n", other->bus,
                    other->dev, other->fun, pcilist_class_name(other->class_code));
    }
}

void stanza_remarks(struct stanzas *s, unsigned choice)
{
    const struct pci_choice *c = &s->choices[choice];
    const struct pci_function *f = c->function;
    const char *refusal = pcilist_refusal(f);
    fprintf(s->out, "// %s: %02x:%02x.%x %s", c->name, f->bus, f->dev, f->fun,
            pcilist_class_name(f->class_code));
    if (f->text[0])
        fprintf(s->out, ": %s", f->text);
    fputc('\n', s->out);
    if (refusal)
        stanza_warn(s, c->name, "it must stay with the system: %s", refusal);
    for (unsigned b = 0; b < PCI_BARS; b++)
        remark_bar(s, choice, b);
    remark_interrupts(s, choice);
    remark_group(s, c);
}
