/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what the machine has, in the form in which lspci prints it, so that pci-stanzas reads it;
 * then the settings that pass everything through that a guest may have.
 */
#include "lister.h"

#include <base/bits.h>
#include <camkes.h>
#include <inttypes.h>
#include <pcilist/tables.h>

#define TABLES_MAX  8
#define CHOICES_MAX 32

static struct pci_machine machine;

static const void *acpi_table(unsigned id, size_t *size)
{
    const seL4_BootInfoHeader *record = camkes_bootinfo_extra(id, size);
    *size -= record ? sizeof(*record) : 0;
    return record ? record + 1 : NULL;
}

static void print_iommus(void)
{
    static const unsigned ids[] = {CAISSON_BOOTINFO_ACPI_DMAR, CAISSON_BOOTINFO_ACPI_IVRS};
    struct pci_iommu units[TABLES_MAX];
    unsigned found = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(ids); i++) {
        size_t size = 0;
        const void *table = acpi_table(ids[i], &size);
        unsigned count = table ? pcilist_read_iommus(table, size, units, TABLES_MAX) : 0;
        for (unsigned j = 0; j < count; j++)
            printf("# IOMMU: %s, registers at 0x%" PRIx64 ", PCI segment %u\n",
                   units[j].amd ? "AMD-Vi" : "Intel VT-d", units[j].registers, units[j].segment);
        found += count;
    }
    if (found == 0)
        printf("# No IOMMU: devices of a guest can do no DMA\n");
}

static void print_config_memory(void)
{
    struct pci_ecam ranges[TABLES_MAX];
    size_t size = 0;
    const void *table = acpi_table(CAISSON_BOOTINFO_ACPI_MCFG, &size);
    unsigned count = table ? pcilist_read_mcfg(table, size, ranges, TABLES_MAX) : 0;
    for (unsigned i = 0; i < count; i++)
        printf("# Configuration space of segment %u, buses %02x to %02x: bus 0 at 0x%" PRIx64 "\n",
               ranges[i].segment, ranges[i].first, ranges[i].last, ranges[i].base);
}

static void print_settings(void)
{
    struct pci_choice choices[CHOICES_MAX];
    char names[CHOICES_MAX][32];
    const struct pci_style style = {.vm = "vm0"};
    unsigned count = 0;
    for (unsigned i = 0; i < machine.count && count < CHOICES_MAX; i++)
        if (!pcilist_refusal(&machine.functions[i]))
            choices[count++] = (struct pci_choice){.function = &machine.functions[i]};
    pcilist_name_choices(choices, count, names);
    pcilist_print_stanzas(stdout, &machine, choices, count, &style);
}

int run(void)
{
    uint8_t piix_pirq[4];
    console_init();
    scan(&machine, piix_pirq);
    pcilist_route(&machine, piix_pirq);
    pcilist_group(&machine);
    printf("\n# PCI functions of this machine: %u\n", machine.count);
    print_iommus();
    print_config_memory();
    printf("\n");
    pcilist_print_list(stdout, &machine);
    printf("# Settings for a guest that has everything\n");
    print_settings();
    printf("# End of the list. Ctrl-A X ends QEMU.\n");
    return 0;
}
