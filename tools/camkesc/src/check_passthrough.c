/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the lists of what is passed through say of each other: names that nothing has, lines of the
 * guest that are taken, devices that nothing would hold back from memory.
 */
#include "passthrough.h"

#include <string.h>

#define ISA_PORTS_END 0x400

/* Lines that the devices of every guest have. */
static const struct {
    unsigned line;
    const char *owner;
} own_lines[] = {
    {0, "its timer"}, {2, "the second 8259"},         {4, "its console, COM1"},
    {8, "its clock"}, {9, "power management (ACPI)"},
};

static void check_line(const struct layout_instance *in, const struct passthrough *pass, size_t i)
{
    const struct pass_irq *irq = &pass->irqs.items[i];
    const char *list = pass_setting_name(in, pass->irqs_setting);
    struct location at = value_get(irq->item, "dest")->location;
    for (size_t k = 0; k < ARRAY_SIZE(own_lines); k++)
        if (own_lines[k].line == irq->dest) {
            diag_error(in->cc, at, "%s: line %u of %s is that of %s", list, irq->dest,
                       in->instance->name, own_lines[k].owner);
            diag_hint(in->cc, "lines that nothing has yet are 5, 10 and 11, for one: \"dest\": 11");
        }
    for (size_t k = 0; k < i; k++) {
        const struct pass_irq *other = &pass->irqs.items[k];
        if (other->dest == irq->dest) {
            diag_error(in->cc, at, "%s: two interrupts become line %u of %s", list, irq->dest,
                       in->instance->name);
            diag_note(in->cc, value_get(other->item, "dest")->location, "the other one");
            diag_hint(in->cc, "give each a line of its own; devices that share an interrupt name "
                              "one entry");
        }
        if (*irq->name && strcmp(other->name, irq->name) == 0) {
            diag_error(in->cc, irq->item->location, "%s: two entries are called '%s'", list,
                       irq->name);
            diag_note(in->cc, other->item->location, "the other one");
            diag_hint(in->cc, "\"irq\" of a device is the name of one");
        }
    }
}

/* A device may have none: then it has messages only. */
static void check_interrupt(const struct layout_instance *in, const struct passthrough *pass,
                            const struct pass_device *device)
{
    const struct value *value = value_get(device->item, "irq");
    const char *name = value_string(value);
    struct suggestion near = {.name = name ? name : ""};
    if (!name || !*name)
        return;
    for (size_t i = 0; i < pass->irqs.count; i++) {
        if (strcmp(pass->irqs.items[i].name, name) == 0)
            return;
        suggest(&near, pass->irqs.items[i].name);
    }
    const struct setting *irqs = pass->irqs_setting;
    diag_error(in->cc, value->location, "%s: no interrupt is called '%s'",
               pass_setting_name(in, pass->devices_setting), name);
    if (near.best)
        diag_hint(in->cc, "did you mean '%s'?", near.best);
    else
        diag_hint(in->cc,
                  "it must be in %s: {\"name\": \"%s\", \"source\": …, \"level_trig\": 1, "
                  "\"active_low\": 1, \"dest\": …}",
                  irqs ? pass_setting_name(in, irqs) : layout_name(in, "vm_irqs"), name);
}

/* --- Memory that devices reach --- */

static bool is_named(const struct passthrough *pass, const char *name)
{
    for (size_t i = 0; i < pass->devices.count; i++)
        if (strcmp(pass->devices.items[i].name, name) == 0)
            return true;
    return false;
}

bool pass_is_trusted(const struct passthrough *pass, const char *name)
{
    const struct setting *list = pass->trusted_setting;
    for (size_t i = 0; list && i < list->value->items.count; i++) {
        const char *text = value_string(list->value->items.items[i]);
        if (text && strcmp(text, name) == 0)
            return true;
    }
    return false;
}

static void check_reach(const struct layout_instance *in, const struct passthrough *pass)
{
    const struct setting *iommu =
        pass_setting(in, "pci_devices_iospace", "config_pci_devices_iospace");
    const struct setting *without = pass->trusted_setting;
    for (size_t i = 0; without && i < without->value->items.count; i++) {
        const struct value *item = without->value->items.items[i];
        const char *name = value_string(item);
        if (name && is_named(pass, name))
            continue;
        diag_error(in->cc, item->location, "%s: %s has no device of that name",
                   pass_setting_name(in, without), in->instance->name);
        diag_hint(in->cc, "it is a list of the \"name\"s of pci_devices");
    }
    for (size_t i = 0; !iommu && i < pass->devices.count; i++) {
        const struct pass_device *device = &pass->devices.items[i];
        if (pass_is_trusted(pass, device->name))
            continue;
        const char *list = pass_setting_name(in, pass->devices_setting);
        int length = (int)(strrchr(list, '.') - list);
        diag_error(in->cc, device->item->location,
                   "%s: nothing would hold '%s' back from the memory of others", list,
                   device->name);
        diag_hint(in->cc,
                  "write %.*s.pci_devices_iospace = 1; to put it behind the IOMMU, or, on a "
                  "machine that has none, to trust it and its guest: "
                  "%.*s.pci_devices_without_iommu = [\"%s\"];",
                  length, list, length, list, device->name);
    }
}

/* Ports of a PCI device say which: the device's number. Those of ISA devices are of none. */
static void check_ports(const struct layout_instance *in, const struct passthrough *pass,
                        const struct pass_ports *ports)
{
    const struct value *number = value_get(ports->item, "pci_device");
    if (!number || pass->devices.count == 0 || ports->first < ISA_PORTS_END)
        return;
    for (size_t i = 0; i < pass->devices.count; i++)
        if (number->number == (pass->devices.items[i].pci >> 3 & 31))
            return;
    diag_warning(in->cc, number->location, "%s: %s has no PCI device with this number",
                 pass_setting_name(in, pass->ports_setting), in->instance->name);
    diag_hint(in->cc, "\"pci_device\" is the \"dev\" of the device whose ports these are");
}

void check_passthrough(const struct layout_instance *in, const struct passthrough *pass)
{
    for (size_t i = 0; i < pass->irqs.count; i++)
        check_line(in, pass, i);
    for (size_t i = 0; i < pass->devices.count; i++)
        check_interrupt(in, pass, &pass->devices.items[i]);
    check_reach(in, pass);
    for (size_t i = 0; i < pass->ports.count; i++)
        check_ports(in, pass, &pass->ports.items[i]);
}
