/* SPDX-License-Identifier: BSD-2-Clause */
#include "passthrough.h"
#include "picture.h"
#include <string.h>

#define LINE_END "<BR ALIGN=\"LEFT\"/>"
#define MAX_TEXT 44 /* characters of a string from the description */

typedef unsigned long long ull;

const char *picture_escaped(struct compiler *cc, const char *string)
{
    struct text out;
    text_init(&out, &cc->arena);
    size_t length = strlen(string);
    for (size_t i = 0; i < length && i < MAX_TEXT; i++) {
        unsigned char c = (unsigned char)string[i];
        switch (c) {
        case '&':
            text_add(&out, "&amp;");
            break;
        case '<':
            text_add(&out, "&lt;");
            break;
        case '>':
            text_add(&out, "&gt;");
            break;
        case '"':
            text_add(&out, "&quot;");
            break;
        default:
            text_printf(&out, "%c", c >= ' ' && c < 0x7f ? c : '?');
        }
    }
    text_add(&out, length > MAX_TEXT ? "…" : "");
    return out.data;
}

const char *picture_size(struct compiler *cc, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    unsigned unit = 0;
    while (unit < 3 && bytes && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    return arena_printf(&cc->arena, "%llu %s", (ull)bytes, units[unit]);
}

static void add_memory(struct compiler *cc, uint64_t paddr, uint64_t size, struct text *out)
{
    text_printf(out, "memory 0x%llx, %s" LINE_END, (ull)paddr, picture_size(cc, size));
}

void picture_hardware(struct compiler *cc, const char *origin, struct text *out)
{
    uint64_t paddr = 0, size = 0; /* of the frames that touch each other */
    for (size_t i = 0; i < cc->layout->objects.count; i++) {
        const struct object *o = &cc->layout->objects.items[i];
        if (strcmp(o->origin, origin) != 0)
            continue;
        if (o->type == CAPDL_IOPORTS)
            text_printf(out, "ports 0x%x to 0x%x" LINE_END, o->first_port, o->last_port);
        else if (o->type == CAPDL_IRQ)
            text_printf(out, "interrupt %u of I/O APIC %u" LINE_END, o->pin, o->ioapic);
        else if (o->type == CAPDL_IOSPACE)
            text_printf(out, "PCI %02llx:%02llx.%llx" LINE_END, (ull)o->pci >> 8,
                        (ull)(o->pci >> 3 & 31), (ull)(o->pci & 7));
        if (!(o->flags & CAPDL_DEVICE))
            continue;
        if (size && paddr + size != o->paddr) {
            add_memory(cc, paddr, size, out);
            size = 0;
        }
        if (size == 0)
            paddr = o->paddr;
        size += BIT(o->size_bits);
    }
    if (size)
        add_memory(cc, paddr, size, out);
}

void picture_granted(const struct layout_instance *in, struct text *out)
{
    static const char *const attributes[] = {"untyped_mmios", "mmios", "ioports", "iospaces",
                                             "irqs"};
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
        picture_hardware(in->cc, layout_name(in, "%s", attributes[i]), out);
}

/* --- What a guest is given --- */

static void add_ports(struct compiler *cc, const struct pass_ports *ports, struct text *out)
{
    text_printf(out, "ports 0x%x to 0x%x %s" LINE_END, ports->first, ports->last,
                picture_escaped(cc, ports->name));
}

static void add_device(struct compiler *cc, const struct pass_device *device, struct text *out)
{
    text_printf(out, "<B>PCI %02x:%02x.%x %s</B>" LINE_END, device->pci >> 8, device->pci >> 3 & 31,
                device->pci & 7, picture_escaped(cc, device->name));
    for (size_t i = 0; i < device->memory.count; i++)
        add_memory(cc, device->memory.items[i].paddr, device->memory.items[i].size, out);
}

static bool is_device_name(const struct passthrough *pass, const char *name)
{
    for (size_t i = 0; i < pass->devices.count; i++)
        if (strcmp(pass->devices.items[i].name, name) == 0)
            return true;
    return false;
}

void picture_passed_through(const struct layout_instance *in, struct text *out)
{
    struct compiler *cc = in->cc;
    struct passthrough pass;
    read_passthrough(in, &pass);
    for (size_t i = 0; i < pass.devices.count; i++) {
        const struct pass_device *device = &pass.devices.items[i];
        add_device(cc, device, out);
        for (size_t j = 0; j < pass.ports.count; j++)
            if (strcmp(pass.ports.items[j].name, device->name) == 0)
                add_ports(cc, &pass.ports.items[j], out);
    }
    for (size_t i = 0; i < pass.ports.count; i++)
        if (!is_device_name(&pass, pass.ports.items[i].name))
            add_ports(cc, &pass.ports.items[i], out);
    for (size_t i = 0; i < pass.mappings.count; i++)
        add_memory(cc, pass.mappings.items[i].paddr, pass.mappings.items[i].size, out);
    for (size_t i = 0; i < pass.irqs.count; i++) {
        const struct pass_irq *irq = &pass.irqs.items[i];
        text_printf(out, "interrupt %u of I/O APIC %u %s" LINE_END, irq->pin, irq->ioapic,
                    picture_escaped(cc, irq->name));
    }
    for (size_t i = 0; i < pass.ram.count; i++)
        add_memory(cc, pass.ram.items[i].paddr, pass.ram.items[i].size, out);
    if (pass.ram.count)
        text_add(out, "where there is no IOMMU: DMA to all memory" LINE_END);
    else if (pass.trusted_setting)
        text_add(out, "where there is no IOMMU: no DMA" LINE_END);
    else if (pass.devices.count &&
             pass_setting(in, "pci_devices_iospace", "config_pci_devices_iospace"))
        text_add(out, "devices are behind the IOMMU" LINE_END);
}
