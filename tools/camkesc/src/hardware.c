/* SPDX-License-Identifier: BSD-2-Clause */
#include "hardware.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEVICE_MEMORY GIB(1)
#define MAX_PADDR         BIT(52)

static const char *range_text(struct compiler *cc, const char *what, uint64_t first, uint64_t last)
{
    if (strcmp(what, "PCI devices") == 0)
        return arena_printf(&cc->arena, "%02x:%02x.%x", (unsigned)first >> 8,
                            (unsigned)first >> 3 & 31, (unsigned)first & 7);
    if (strcmp(what, "interrupts") == 0)
        return arena_printf(&cc->arena, "pin %u of I/O APIC %u", (unsigned)first & 0xff,
                            (unsigned)first >> 8);
    return arena_printf(&cc->arena, "0x%llx to 0x%llx", (unsigned long long)first,
                        (unsigned long long)last);
}

static void claim(struct compiler *cc, const char *what, uint64_t first, uint64_t last,
                  const char *owner, struct location at, bool passed_through)
{
    for (size_t i = 0; i < cc->hardware.count; i++) {
        const struct hardware_range *other = &cc->hardware.items[i];
        if (strcmp(other->what, what) != 0 || last < other->first || other->last < first)
            continue;
        bool same = strcmp(other->owner, owner) == 0;
        if (passed_through && other->passed_through && same)
            continue;
        const char *text = range_text(cc, what, first, last);
        if (same)
            diag_error(cc, at, "%s has %s twice: %s", owner, what, text);
        else
            diag_error(cc, at, "%s and %s have overlapping %s: %s and %s", owner, other->owner,
                       what, text, range_text(cc, what, other->first, other->last));
        diag_note(cc, other->location, "the other is given here");
        diag_hint(cc, same ? "once is enough"
                           : "a device has one owner; let the others reach it through a server");
    }
    vec_push(&cc->arena, &cc->hardware,
             (struct hardware_range){what, first, last, owner, at, passed_through});
}

void claim_hardware(struct compiler *cc, const char *what, uint64_t first, uint64_t last,
                    const char *owner, struct location at)
{
    claim(cc, what, first, last, owner, at, false);
}

void claim_for_guest(struct compiler *cc, const char *what, uint64_t first, uint64_t last,
                     const char *owner, struct location at)
{
    claim(cc, what, first, last, owner, at, true);
}

/* The setting, or an error that names what is missing. */
static const struct setting *required(struct compiler *cc, const struct interface *interface,
                                      const char *suffix, const char *example)
{
    const struct setting *setting = interface_setting(cc, interface, suffix);
    const struct setting *old = interface_setting(cc, interface, "attributes");
    if (!setting && old) {
        const char *name = interface->decl->name.text, *instance = interface->instance->name;
        const char *text = value_string(old->value), *colon = text ? strchr(text, ':') : NULL;
        diag_error(cc, old->location, "%s_attributes says where ports are, and nothing else",
                   interface_name(cc, interface));
        if (colon)
            diag_hint(cc, "write %s.%s_paddr = %.*s; %s.%s_size = %s;", instance, name,
                      (int)(colon - text), text, instance, name, colon + 1);
        else
            diag_hint(cc, "write %s.%s_%s = %s;", instance, name, suffix, text ? text : example);
    } else if (!setting) {
        diag_error(cc, interface->end ? interface->end->location : interface->instance->location,
                   "%s_%s is not set", interface_name(cc, interface), suffix);
        diag_hint(cc, "say where the device is: %s.%s_%s = %s;", interface->instance->name,
                  interface->decl->name.text, suffix, example);
    }
    return setting;
}

void hardware_memory(struct compiler *cc, const struct interface *interface, const char *name,
                     struct frames *frames)
{
    const struct setting *where = required(cc, interface, "paddr", "0xfed00000");
    if (!where)
        return;
    uint64_t paddr = (uint64_t)number_setting(cc, where, 0, 0, MAX_PADDR);
    int64_t unset = interface->dataport_size ? interface->dataport_size : (int64_t)PAGE_SIZE_4K;
    uint64_t size = (uint64_t)number_setting(cc, interface_setting(cc, interface, "size"), unset, 1,
                                             MAX_DEVICE_MEMORY);
    claim_hardware(cc, "device memory", paddr, paddr + size - 1, interface_name(cc, interface),
                   where->location);
    const struct setting *cached = interface_setting(cc, interface, "hardware_cached");
    uint64_t base = ROUND_DOWN(paddr, PAGE_SIZE_4K), end = ROUND_UP(paddr + size, PAGE_SIZE_4K);
    bool large = base % PAGE_SIZE_2M == 0 && end % PAGE_SIZE_2M == 0;
    *frames =
        layout_frames(cc, large ? end - base : PAGE_SIZE_4K, name, interface_name(cc, interface));
    /* Small pages wherever the device is not made of whole large ones, whatever its size. */
    for (uint64_t at = base + PAGE_SIZE_4K; !large && at < end; at += PAGE_SIZE_4K) {
        layout_object(cc, CAPDL_FRAME, PAGE_BITS_4K,
                      arena_printf(&cc->arena, "%s.%u", name, frames->count),
                      interface_name(cc, interface));
        frames->count++;
    }
    frames->offset = paddr - base;
    frames->size = size;
    frames->paddr = paddr;
    frames->cached = cached && value_truth(cached->value);
    for (unsigned i = 0; i < frames->count && frames->first + i < cc->layout->objects.count; i++) {
        struct object *object = &cc->layout->objects.items[frames->first + i];
        object->flags |= CAPDL_DEVICE;
        object->paddr = base + ((uint64_t)i << frames->bits);
    }
}

unsigned hardware_ports(struct compiler *cc, const struct interface *interface, const char *name)
{
    const struct setting *setting = required(cc, interface, "attributes", "\"0x60:0x64\"");
    if (!setting)
        return CAPDL_NONE;
    const char *text = value_string(setting->value);
    char *end = NULL;
    unsigned long first = text ? strtoul(text, &end, 0) : 0, last = first;
    bool ok = text && end != text && *text != '-';
    if (ok && *end == ':') {
        const char *second = end + 1;
        last = strtoul(second, &end, 0);
        ok = end != second && *second != '-';
    }
    if (!ok || *end || first > last || last > 0xffff) {
        diag_error(cc, setting->value->location,
                   "%s must be the first and the last port: \"0x60:0x64\"", setting->name);
        return CAPDL_NONE;
    }
    claim_hardware(cc, "I/O ports", first, last, interface_name(cc, interface), setting->location);
    unsigned index = layout_object(cc, CAPDL_IOPORTS, 0, name, interface_name(cc, interface));
    cc->layout->objects.items[index].first_port = (uint16_t)first;
    cc->layout->objects.items[index].last_port = (uint16_t)last;
    return index;
}

static int64_t irq_number(struct compiler *cc, const struct interface *interface,
                          const char *suffix, const char *other, int64_t unset, int64_t max)
{
    const struct setting *setting = interface_setting(cc, interface, suffix);
    if (!setting && other)
        setting = interface_setting(cc, interface, other);
    return number_setting(cc, setting, unset, 0, max);
}

unsigned hardware_irq(struct compiler *cc, const struct interface *interface, const char *name)
{
    const struct setting *kind = interface_setting(cc, interface, "irq_type");
    const struct setting *number = interface_setting(cc, interface, "irq_number");
    const char *type = kind ? value_string(kind->value) : "isa";
    static const char *const types[] = {"isa", "simple", "pci", "ioapic"};
    bool known = false;
    for (size_t i = 0; type && i < ARRAY_SIZE(types); i++)
        known |= strcmp(type, types[i]) == 0;
    if (!known) {
        diag_error(cc, kind->location, "%s must be \"isa\", \"pci\", \"ioapic\" or \"simple\"",
                   kind->name);
        return CAPDL_NONE;
    }
    if (!number && !interface_setting(cc, interface, "irq_ioapic_pin") &&
        !required(cc, interface, "irq_number", "4"))
        return CAPDL_NONE;
    bool pci = strcmp(type, "pci") == 0;
    unsigned index = layout_object(cc, CAPDL_IRQ, 0, name, interface_name(cc, interface));
    struct object *irq = &cc->layout->objects.items[index];
    irq->ioapic = (unsigned)irq_number(cc, interface, "irq_ioapic", NULL, 0, 63);
    int64_t pin = number_setting(cc, number, 0, 0, 255);
    /* PCs wire the timer, ISA interrupt 0, to input 2. */
    if (pin == 0 && !pci && strcmp(type, "ioapic") != 0)
        pin = 2;
    irq->pin = (unsigned)irq_number(cc, interface, "irq_ioapic_pin", NULL, pin, 255);
    irq->level = irq_number(cc, interface, "irq_ioapic_level", "ioapic_level", pci, 1);
    irq->active_low = irq_number(cc, interface, "irq_ioapic_polarity", "ioapic_polarity", pci, 1);
    uint64_t line = (uint64_t)irq->ioapic << 8 | irq->pin;
    claim_hardware(cc, "interrupts", line, line, interface_name(cc, interface),
                   number           ? number->location
                   : interface->end ? interface->end->location
                                    : interface->instance->location);
    return index;
}
