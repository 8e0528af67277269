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

static void claim_ports(struct compiler *cc, const char *owner, const struct value *item)
{
    uint64_t start, end;
    if (!member(item, "start", &start) || !member(item, "end", &end))
        return;
    if (end < start || end > MAX_PORT + 1) {
        diag_error(cc, item->location, "%s: ports are 0 to 0x%x, the first before the last", owner,
                   MAX_PORT);
        return;
    }
    /* Some mean by `end` the last port, some the one behind it; so it may touch a neighbour. */
    claim_for_guest(cc, "I/O ports", start, end > start ? end - 1 : end, owner, item->location);
}

static void claim_irq(struct compiler *cc, const char *owner, const struct value *item)
{
    uint64_t ioapic = 0, source, dest;
    member(item, "ioapic", &ioapic);
    if (!member(item, "source", &source))
        return;
    if (ioapic > 63 || source > 255 || (member(item, "dest", &dest) && dest > 23)) {
        diag_error(cc, item->location, "%s: there is no such interrupt line", owner);
        return;
    }
    claim_for_guest(cc, "interrupts", ioapic << 8 | source, ioapic << 8 | source, owner,
                    item->location);
}

static void claim_memory(struct compiler *cc, const char *owner, const struct value *item)
{
    const struct value *memory = value_get(item, "memory");
    for (size_t i = 0; memory && memory->kind == VALUE_LIST && i < memory->items.count; i++) {
        uint64_t paddr, size;
        const struct value *region = memory->items.items[i];
        if (member(region, "paddr", &paddr) && member(region, "size", &size) && size &&
            paddr <= UINT64_MAX - size)
            claim_for_guest(cc, "device memory", paddr, paddr + size - 1, owner, region->location);
    }
}

void claim_passthrough(struct compiler *cc, const struct layout_instance *in)
{
    static const struct {
        const char *attribute;
        void (*claim)(struct compiler *cc, const char *owner, const struct value *item);
    } lists[] = {
        {"vm_ioports", claim_ports},   {"config_ioports", claim_ports},
        {"vm_irqs", claim_irq},        {"config_irqs", claim_irq},
        {"pci_devices", claim_memory}, {"config_pci_devices", claim_memory},
    };
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        const struct setting *setting = known_setting(cc, in, NULL, lists[i].attribute);
        if (!setting || setting->value->kind != VALUE_LIST)
            continue;
        for (size_t j = 0; j < setting->value->items.count; j++)
            lists[i].claim(cc, in->instance->name, setting->value->items.items[j]);
    }
}
