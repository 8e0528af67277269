/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings that pass functions through, in either spelling, with what a person should know of
 * each as comments. What cannot be used as it stands is a comment, too: the text always compiles.
 */
#include "stanzas_private.h"

#include <base/bits.h>

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define ISA_LINES 16

/*
 * Lines of a guest's 8259 pair that no device of its own has; first those that nothing else may
 * mean, last those of IDE channels.
 */
static const uint8_t guest_lines[] = {11, 10, 5, 7, 3, 12, 6, 1, 13, 15, 14};

void stanza_warn(struct stanzas *s, const char *name, const char *format, ...)
{
    va_list args;
    s->warnings++;
    fprintf(s->out, "// Warning: %s: ", name);
    va_start(args, format);
    vfprintf(s->out, format, args);
    va_end(args);
    fputc('\n', s->out);
    if (!s->style->log)
        return;
    fprintf(s->style->log, "warning: %s: ", name);
    va_start(args, format);
    vfprintf(s->style->log, format, args);
    va_end(args);
    fputc('\n', s->style->log);
}

bool stanza_is_chosen(const struct stanzas *s, const struct pci_function *f)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->choices[i].function == f)
            return true;
    return false;
}

/* --- Interrupts --- */

static struct stanza_irq *add_irq(struct stanzas *s, int source)
{
    if (s->irq_count == ARRAY_SIZE(s->irqs))
        return NULL;
    struct stanza_irq *irq = &s->irqs[s->irq_count++];
    *irq = (struct stanza_irq){.source = source, .dest = source};
    return irq;
}

/* A free line of the guest's, or PCI_NONE. */
static int free_line(const struct stanzas *s)
{
    for (unsigned i = 0; i < ARRAY_SIZE(guest_lines); i++) {
        bool taken = false;
        for (unsigned j = 0; j < s->irq_count; j++)
            taken |= s->irqs[j].dest == guest_lines[i];
        if (!taken)
            return guest_lines[i];
    }
    return PCI_NONE;
}

/* Pins that are wired together are one entry, of the first device's name. */
static void plan_pin(struct stanzas *s, unsigned choice)
{
    const struct pci_function *f = s->choices[choice].function;
    for (unsigned i = 0; i < s->irq_count; i++)
        if (s->irqs[i].source == f->gsi && s->irqs[i].level) {
            s->irq_of[choice] = s->irqs[i].name;
            return;
        }
    int line = free_line(s);
    struct stanza_irq *irq = line == PCI_NONE ? NULL : add_irq(s, f->gsi);
    if (!irq)
        return;
    snprintf(irq->name, sizeof(irq->name), "%s", s->choices[choice].name);
    irq->level = true;
    irq->low = f->gsi >= ISA_LINES;
    irq->dest = line;
    s->irq_of[choice] = irq->name;
}

static void plan_channels(struct stanzas *s, unsigned choice)
{
    for (unsigned channel = 0; channel < 2; channel++) {
        struct stanza_irq *irq;
        if (!pcilist_is_legacy_channel(s->choices[choice].function, channel) ||
            !(irq = add_irq(s, 14 + (int)channel)))
            continue;
        snprintf(irq->name, sizeof(irq->name), "%s%s", s->choices[choice].name,
                 channel ? "_secondary" : "_primary");
    }
}

/* Channels first: their lines are fixed. */
static void plan_irqs(struct stanzas *s)
{
    for (unsigned i = 0; i < s->count; i++)
        plan_channels(s, i);
    for (unsigned i = 0; i < s->count; i++) {
        const struct pci_function *f = s->choices[i].function;
        if (f->pin && f->route == PCI_ROUTE_GSI && f->gsi >= 0 && f->gsi < STANZA_IOAPIC_INPUTS)
            plan_pin(s, i);
    }
}

/* --- Lists --- */

static void begin(const struct stanzas *s, const char *today, const char *of_2018)
{
    fprintf(s->out, "%s%s.%s = ", s->style->vm, s->style->of_2018 ? "_config" : "",
            s->style->of_2018 ? of_2018 : today);
}

static void print_range(const struct stanzas *s, unsigned choice, uint64_t first, uint64_t last)
{
    fprintf(s->out,
            "    {\"start\": 0x%" PRIx64 ", \"end\": 0x%" PRIx64
            ", \"pci_device\": 0x%x, \"name\": \"%s\"},\n",
            first, last, s->choices[choice].function->dev, s->choices[choice].name);
}

static void print_ports(const struct stanzas *s)
{
    begin(s, "vm_ioports", "ioports");
    fputs("[\n", s->out);
    for (unsigned i = 0; i < s->count; i++) {
        const struct pci_function *f = s->choices[i].function;
        for (unsigned channel = 0; channel < 2; channel++)
            if (pcilist_is_legacy_channel(f, channel)) {
                print_range(s, i, channel ? 0x170 : 0x1f0, channel ? 0x177 : 0x1f7);
                print_range(s, i, channel ? 0x376 : 0x3f6, channel ? 0x376 : 0x3f6);
            }
        for (unsigned b = 0; b < PCI_BARS; b++)
            if (f->bars[b].kind == PCI_BAR_PORTS && stanza_is_usable(f, b))
                print_range(s, i, f->bars[b].address, f->bars[b].address + f->bars[b].size - 1);
    }
    fputs("];\n", s->out);
}

static void print_memory(const struct stanzas *s, const struct pci_bar *bar)
{
    /* Large pages where the register's memory is made of them: fewer capabilities. */
    bool large = bar->address % PAGE_SIZE_2M == 0 && bar->size % PAGE_SIZE_2M == 0;
    fprintf(s->out,
            "            {\"paddr\": 0x%" PRIx64 ", \"size\": 0x%" PRIx64 ", \"page_bits\": %u},\n",
            bar->address, bar->size, large ? PAGE_BITS_2M : PAGE_BITS_4K);
}

static void print_device(const struct stanzas *s, unsigned choice)
{
    const struct pci_function *f = s->choices[choice].function;
    fprintf(s->out,
            "    {\n        \"name\": \"%s\",\n        \"bus\": 0x%x,\n        \"dev\": 0x%x,\n"
            "        \"fun\": %u,\n",
            s->choices[choice].name, f->bus, f->dev, f->fun);
    if (s->irq_of[choice])
        fprintf(s->out, "        \"irq\": \"%s\",\n", s->irq_of[choice]);
    fputs("        \"memory\": [\n", s->out);
    for (unsigned b = 0; b < PCI_BARS; b++)
        if (f->bars[b].kind == PCI_BAR_MEMORY && stanza_is_usable(f, b))
            print_memory(s, &f->bars[b]);
    fputs("        ],\n    },\n", s->out);
}

static void print_irqs(const struct stanzas *s)
{
    begin(s, "vm_irqs", "irqs");
    fputs("[\n", s->out);
    for (unsigned i = 0; i < s->irq_count; i++) {
        const struct stanza_irq *irq = &s->irqs[i];
        fprintf(s->out,
                "    {\"name\": \"%s\", %s\"source\": %d, \"level_trig\": %d, \"active_low\": %d, "
                "\"dest\": %d},\n",
                irq->name, s->style->of_2018 ? "" : "\"ioapic\": 0, ", irq->source, irq->level,
                irq->low, irq->dest);
    }
    fputs("];\n", s->out);
}

static void print_iommu(const struct stanzas *s)
{
    if (!s->style->without_iommu) {
        begin(s, "pci_devices_iospace", "pci_devices_iospace");
        fputs("1;\n", s->out);
        return;
    }
    fprintf(s->out, "%s.pci_devices_without_iommu = [", s->style->vm);
    for (unsigned i = 0; i < s->count; i++)
        fprintf(s->out, "%s\"%s\"", i ? ", " : "", s->choices[i].name);
    fputs("];\n", s->out);
}

unsigned pcilist_print_stanzas(FILE *out, const struct pci_machine *machine,
                               const struct pci_choice *choices, unsigned count,
                               const struct pci_style *style)
{
    struct stanzas s = {
        .out = out, .machine = machine, .choices = choices, .count = count, .style = style};
    if (count > STANZA_CHOICES_MAX)
        s.count = STANZA_CHOICES_MAX;
    plan_irqs(&s);
    for (unsigned i = 0; i < s.count; i++)
        stanza_remarks(&s, i);
    if (style->without_iommu)
        stanza_warn(&s, style->vm,
                    "without an IOMMU its devices do no DMA, and drivers that need it fail");
    print_iommu(&s);
    print_ports(&s);
    begin(&s, "pci_devices", "pci_devices");
    fputs("[\n", out);
    for (unsigned i = 0; i < s.count; i++)
        print_device(&s, i);
    fputs("];\n", out);
    print_irqs(&s);
    return s.warnings;
}
