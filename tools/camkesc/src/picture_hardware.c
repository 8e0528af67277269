/* SPDX-License-Identifier: BSD-2-Clause */
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

static ull number_in(const struct value *dict, const char *key)
{
    int64_t number = 0;
    const struct value *value = value_get(dict, key);
    return value && value_as_number(value, &number) ? (ull)number : 0;
}

static void add_ports(struct compiler *cc, const struct value *item, struct text *out)
{
    const char *name = value_string(value_get(item, "name"));
    text_printf(out, "ports 0x%llx to 0x%llx %s" LINE_END, number_in(item, "start"),
                number_in(item, "end"), picture_escaped(cc, name ? name : ""));
}

static void add_irq(struct compiler *cc, const struct value *item, struct text *out)
{
    const char *name = value_string(value_get(item, "name"));
    text_printf(out, "interrupt %llu of I/O APIC %llu %s" LINE_END, number_in(item, "source"),
                number_in(item, "ioapic"), picture_escaped(cc, name ? name : ""));
}

static void add_device(struct compiler *cc, const struct value *item, struct text *out)
{
    const char *name = value_string(value_get(item, "name"));
    text_printf(out, "PCI %02llx:%02llx.%llx %s" LINE_END, number_in(item, "bus"),
                number_in(item, "dev"), number_in(item, "fun"),
                picture_escaped(cc, name ? name : ""));
    const struct value *memory = value_get(item, "memory");
    for (size_t i = 0; memory && memory->kind == VALUE_LIST && i < memory->items.count; i++)
        add_memory(cc, number_in(memory->items.items[i], "paddr"),
                   number_in(memory->items.items[i], "size"), out);
}

void picture_passed_through(const struct layout_instance *in, struct text *out)
{
    static const struct {
        const char *attribute;
        void (*add)(struct compiler *cc, const struct value *item, struct text *out);
    } lists[] = {
        {"pci_devices", add_device}, {"config_pci_devices", add_device},
        {"vm_ioports", add_ports},   {"config_ioports", add_ports},
        {"vm_irqs", add_irq},        {"config_irqs", add_irq},
    };
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        const struct setting *setting = known_setting(in, NULL, lists[i].attribute);
        if (!setting || setting->value->kind != VALUE_LIST)
            continue;
        for (size_t j = 0; j < setting->value->items.count; j++)
            lists[i].add(in->cc, setting->value->items.items[j], out);
    }
}
