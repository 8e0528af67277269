/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices that a monitor passes through to its guest (vm_ioports, vm_irqs, pci_devices; config_… in
 * the spelling of 2018). Here it is only made sure that nobody else has them: another guest, or a
 * server of this system.
 */
#include "layout.h"

#define MAX_PORT 0xffff

static bool member(const struct value *dict, const char *key, uint64_t *number)
{
    const struct value *value = value_get(dict, key);
    if (!value || value->kind != VALUE_NUMBER || value->number < 0)
        return false;
    *number = (uint64_t)value->number;
    return true;
}

static void claim_ports(const struct layout_instance *in, const struct value *item)
{
    uint64_t start, end;
    if (!member(item, "start", &start) || !member(item, "end", &end))
        return;
    if (end < start || end > MAX_PORT + 1) {
        diag_error(in->cc, item->location, "%s: ports are 0 to 0x%x, the first before the last",
                   in->instance->name, MAX_PORT);
        return;
    }
    /* Some mean by `end` the last port, some the one after it; so it may touch a neighbour. */
    claim_for_guest(in->cc, "I/O ports", start, end > start ? end - 1 : end, in->instance->name,
                    item->location);
}

static void claim_irq(const struct layout_instance *in, const struct value *item)
{
    uint64_t ioapic = 0, source, dest;
    member(item, "ioapic", &ioapic);
    if (!member(item, "source", &source))
        return;
    if (ioapic > 63 || source > 255 || (member(item, "dest", &dest) && dest > 23)) {
        diag_error(in->cc, item->location, "%s: there is no such interrupt line",
                   in->instance->name);
        return;
    }
    claim_for_guest(in->cc, "interrupts", ioapic << 8 | source, ioapic << 8 | source,
                    in->instance->name, item->location);
}

static void claim_memory(const struct layout_instance *in, const struct value *item)
{
    const struct value *memory = value_get(item, "memory");
    for (size_t i = 0; memory && memory->kind == VALUE_LIST && i < memory->items.count; i++) {
        uint64_t paddr, size;
        const struct value *region = memory->items.items[i];
        if (member(region, "paddr", &paddr) && member(region, "size", &size) && size &&
            paddr <= UINT64_MAX - size)
            claim_for_guest(in->cc, "device memory", paddr, paddr + size - 1, in->instance->name,
                            region->location);
    }
}

void claim_passthrough(const struct layout_instance *in)
{
    static const struct {
        const char *attribute;
        void (*claim)(const struct layout_instance *in, const struct value *item);
    } lists[] = {
        {"vm_ioports", claim_ports},   {"config_ioports", claim_ports},
        {"vm_irqs", claim_irq},        {"config_irqs", claim_irq},
        {"pci_devices", claim_memory}, {"config_pci_devices", claim_memory},
    };
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        const struct setting *setting = known_setting(in, NULL, lists[i].attribute);
        if (!setting || setting->value->kind != VALUE_LIST)
            continue;
        for (size_t j = 0; j < setting->value->items.count; j++)
            lists[i].claim(in, setting->value->items.items[j]);
    }
}
