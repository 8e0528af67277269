/* SPDX-License-Identifier: BSD-2-Clause */
/* All functions of a machine, in the form of `lspci -vv -nn`, as far as it is of interest here. */
#include <pcilist/pcilist.h>

#include <base/bits.h>

#include <inttypes.h>

static void print_size(FILE *out, uint64_t size)
{
    static const char units[] = {0, 'K', 'M', 'G'};
    unsigned unit = 0;
    while (unit + 1 < ARRAY_SIZE(units) && size % 1024 == 0) {
        size /= 1024;
        unit++;
    }
    fprintf(out, " [size=%" PRIu64, size);
    if (units[unit])
        fputc(units[unit], out);
    fputc(']', out);
}

static void print_bar(FILE *out, unsigned index, const struct pci_bar *bar)
{
    if (bar->kind == PCI_BAR_ABSENT)
        return;
    fprintf(out, "\tRegion %u: %s at ", index, bar->kind == PCI_BAR_PORTS ? "I/O ports" : "Memory");
    if (!bar->address)
        fputs("<unassigned>", out);
    else if (bar->kind == PCI_BAR_PORTS)
        fprintf(out, "%04" PRIx64, bar->address);
    else
        fprintf(out, "%08" PRIx64, bar->address);
    if (bar->kind == PCI_BAR_MEMORY)
        fprintf(out, " (%s, %sprefetchable)", bar->wide ? "64-bit" : "32-bit",
                bar->prefetchable ? "" : "non-");
    if (bar->size)
        print_size(out, bar->size);
    fputc('\n', out);
}

static void print_interrupts(FILE *out, const struct pci_function *f)
{
    if (f->pin && f->route == PCI_ROUTE_GSI)
        fprintf(out, "\tInterrupt: pin %c routed to IRQ %d of the I/O APIC\n", 'A' + f->pin - 1,
                f->gsi);
    else if (f->pin)
        fprintf(out, "\tInterrupt: pin %c, and only the firmware knows where it goes\n",
                'A' + f->pin - 1);
    if (f->msi)
        fprintf(out, "\tCapabilities: MSI: Enable%c Count=1/%u\n", f->msi_on ? '+' : '-', f->msi);
    if (f->msix)
        fprintf(out, "\tCapabilities: MSI-X: Count=%u\n", f->msix);
}

static void print_function(FILE *out, const struct pci_function *f)
{
    if (f->segment)
        fprintf(out, "%04x:", f->segment);
    fprintf(out, "%02x:%02x.%x %s [%04x]: ", f->bus, f->dev, f->fun,
            pcilist_class_name(f->class_code), (unsigned)(f->class_code >> 8));
    fputs(f->text[0] ? f->text : "Device", out);
    if (f->vendor)
        fprintf(out, " [%04x:%04x]", f->vendor, f->device);
    fprintf(out, " (prog-if %02x)\n", (unsigned)(f->class_code & 0xff));
    if (f->header == 1)
        fprintf(out, "\tBus: primary=%02x, secondary=%02x\n", f->bus, f->secondary);
    print_interrupts(out, f);
    for (unsigned i = 0; i < PCI_BARS; i++)
        print_bar(out, i, &f->bars[i]);
    if (f->reset)
        fputs("\tCapabilities: FLReset+\n", out);
    if (f->extended_count)
        fputs("\tExtended capabilities:", out);
    for (unsigned i = 0; i < f->extended_count; i++)
        fprintf(out, " %04x%s", f->extended[i], i + 1 == f->extended_count ? "\n" : "");
    if (f->group != PCI_NONE)
        fprintf(out, "\tIOMMU group: %d\n", f->group);
    const char *refusal = pcilist_refusal(f);
    if (refusal)
        fprintf(out, "\tNot for a guest: %s\n", refusal);
    fputc('\n', out);
}

void pcilist_print_list(FILE *out, const struct pci_machine *machine)
{
    for (unsigned i = 0; i < machine->count; i++)
        print_function(out, &machine->functions[i]);
}
