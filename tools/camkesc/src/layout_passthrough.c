/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices that a monitor passes through to its guest: their kernel objects, which are the monitor's
 * resources, and how their interrupts and faults reach it: all of them signal its one global
 * notification. The machine may lack any of them; the system starts without.
 */
#include "passthrough.h"

#include <string.h>

/* Badges on the notification: a line of the guest's 8259 pair, a message, a fault. */
#define LINE_BADGE(line)    BIT((line) + 1)
#define FIRST_MESSAGE_BADGE 32
#define MESSAGE_BADGES      31
#define FAULT_BADGE         BIT(63)

/* Messages for each PCI function (PASS_MESSAGES_MAX of the monitor). */
#define MESSAGES 8

typedef unsigned long long ull;

struct granting {
    struct layout_instance *in;
    struct passthrough pass;
    uint64_t base;                 /* of all badges of the notification */
    unsigned messages;             /* given so far */
    struct pass_memory_list given; /* memory */
};

/* An object that may be left out, and the monitor's capability to it. */
static unsigned grant(struct granting *g, enum capdl_type type, unsigned bits, const char *name,
                      const struct setting *setting, const char *device,
                      struct layout_resource resource)
{
    struct layout_instance *in = g->in;
    const char *attribute = pass_setting_name(in, setting);
    const char *origin =
        *device ? arena_printf(&in->cc->arena, "%s \"%s\"", attribute, device) : attribute;
    unsigned object = layout_object(in->cc, type, bits, name, origin);
    in->cc->layout->objects.items[object].flags |= CAPDL_OPTIONAL;
    resource.slot = layout_cap(in, object, ALL_RIGHTS, 0);
    resource.origin = setting->name;
    resource.optional = true;
    vec_push(&in->cc->arena, &in->resources, resource);
    if (resource.badge)
        vec_push(&in->cc->arena, &in->cc->layout->signals,
                 (struct layout_signal){.object = object,
                                        .notification = in->threads.items[0].bound_notification,
                                        .badge = resource.badge});
    return object;
}

/* --- Ports --- */

/* Ranges of one guest may overlap; each port is given once. */
static bool join_ports(struct passthrough *pass)
{
    for (size_t i = 0; i < pass->ports.count; i++)
        for (size_t j = i + 1; j < pass->ports.count; j++) {
            struct pass_ports *a = &pass->ports.items[i], *b = &pass->ports.items[j];
            if (b->first > a->last || b->last < a->first)
                continue;
            a->first = MIN(a->first, b->first);
            a->last = MAX(a->last, b->last);
            *b = pass->ports.items[--pass->ports.count];
            return true;
        }
    return false;
}

static void grant_ports(struct granting *g)
{
    struct layout_instance *in = g->in;
    while (join_ports(&g->pass)) {
    }
    for (size_t i = 0; i < g->pass.ports.count; i++) {
        const struct pass_ports *p = &g->pass.ports.items[i];
        claim_hardware(in->cc, "I/O ports", p->first, p->last, in->instance->name,
                       p->item->location);
        unsigned index =
            grant(g, CAPDL_IOPORTS, 0, layout_name(in, "ports.%x", p->first), g->pass.ports_setting,
                  p->name,
                  (struct layout_resource){.kind = "IOPORTS", .first = p->first, .last = p->last});
        struct object *object = &in->cc->layout->objects.items[index];
        object->first_port = p->first;
        object->last_port = p->last;
    }
}

/* --- Interrupts --- */

/* An interface can have a badge that the description fixes. */
static void check_badge(const struct granting *g, uint64_t bits, struct location at)
{
    for (size_t i = 0; i < g->in->ends.count; i++) {
        const struct end *end = g->in->ends.items[i]->end;
        if (!(end->global_badge & ~g->base & bits))
            continue;
        diag_error(g->in->cc, at, "%s has the badge of this interrupt already, 0x%llx",
                   interface_name(g->in->cc, end->interface), (ull)end->global_badge);
        diag_hint(g->in->cc, "take another line, or leave %s_badge out",
                  interface_name(g->in->cc, end->interface));
    }
}

static void grant_irqs(struct granting *g)
{
    struct layout_instance *in = g->in;
    for (size_t i = 0; i < g->pass.irqs.count; i++) {
        const struct pass_irq *irq = &g->pass.irqs.items[i];
        uint64_t number = (uint64_t)irq->ioapic << 8 | irq->pin;
        claim_hardware(in->cc, "interrupts", number, number, in->instance->name,
                       irq->item->location);
        check_badge(g, LINE_BADGE(irq->dest), value_get(irq->item, "dest")->location);
        const char *name = layout_name(in, "irq.%u.%u", irq->ioapic, irq->pin);
        unsigned index = grant(g, CAPDL_IRQ, 0, name, g->pass.irqs_setting, irq->name,
                               (struct layout_resource){.kind = "IRQ",
                                                        .first = irq->ioapic,
                                                        .last = irq->pin,
                                                        .badge = g->base | LINE_BADGE(irq->dest)});
        struct object *object = &in->cc->layout->objects.items[index];
        object->ioapic = irq->ioapic;
        object->pin = irq->pin;
        object->level = irq->level;
        object->active_low = irq->active_low;
    }
}

/*
 * Functions of one device may reach each other on its own side of the IOMMU, if it does not know
 * access control (PCI Express Base Specification 3.0, 6.12).
 */
static void warn_of_siblings(const struct layout_instance *in, const struct pass_device *device)
{
    for (size_t i = 0; i < in->cc->hardware.count; i++) {
        const struct hardware_range *other = &in->cc->hardware.items[i];
        if (strcmp(other->what, "PCI devices") != 0 ||
            strcmp(other->owner, in->instance->name) == 0 || other->first == device->pci ||
            other->first >> 3 != device->pci >> 3)
            continue;
        diag_warning(in->cc, device->item->location,
                     "%s and %s have functions of one device, %02x:%02x", in->instance->name,
                     other->owner, device->pci >> 8, device->pci >> 3 & 31);
        diag_note(in->cc, other->location, "the other is given here");
        diag_hint(in->cc, "unless it keeps them apart (access control services), they are in one "
                          "IOMMU group: give both to one guest");
    }
}

static void grant_function(struct granting *g, const struct pass_device *device)
{
    struct layout_instance *in = g->in;
    const struct setting *setting = g->pass.devices_setting;
    claim_hardware(in->cc, "PCI devices", device->pci, device->pci, in->instance->name,
                   device->item->location);
    warn_of_siblings(in, device);
    const char *where = arena_printf(&in->cc->arena, "%02x:%02x.%x", device->pci >> 8,
                                     device->pci >> 3 & 31, device->pci & 7);
    unsigned index =
        grant(g, CAPDL_IOSPACE, 0, layout_name(in, "iospace.%s", where), setting, device->name,
              (struct layout_resource){.kind = "IOSPACE",
                                       .first = g->pass.domain,
                                       .last = device->pci,
                                       .badge = g->base | FAULT_BADGE});
    if (pass_is_trusted(&g->pass, device->name))
        in->cc->layout->objects.items[index].flags |= CAPDL_QUIET;
    in->cc->layout->objects.items[index].domain = g->pass.domain;
    in->cc->layout->objects.items[index].pci = device->pci;
    for (unsigned i = 0; i < MESSAGES; i++) {
        uint64_t bit = BIT(FIRST_MESSAGE_BADGE + g->messages++ % MESSAGE_BADGES);
        index = grant(g, CAPDL_MSI, 0, layout_name(in, "message.%s.%u", where, i), setting,
                      device->name,
                      (struct layout_resource){
                          .kind = "MSI", .first = device->pci, .last = i, .badge = g->base | bit});
        in->cc->layout->objects.items[index].pci = device->pci;
    }
}

/* --- Memory --- */

/* Memory that shares pages with `m` and that this guest has already, or NULL. */
static const struct pass_memory *given(const struct granting *g, const struct pass_memory *m,
                                       uint64_t page)
{
    for (size_t i = 0; i < g->given.count; i++) {
        const struct pass_memory *other = &g->given.items[i];
        if (page < other->paddr + other->size && other->paddr < page + BIT(m->bits))
            return other;
    }
    return NULL;
}

/* Two of one guest's devices may lie in one page; it is given once. */
static void grant_memory(struct granting *g, const struct pass_memory *m,
                         const struct setting *setting, const char *device)
{
    struct layout_instance *in = g->in;
    claim_for_guest(in->cc, "device memory", m->paddr, m->paddr + m->size - 1, in->instance->name,
                    m->location);
    for (uint64_t at = 0; at < m->size; at += BIT(m->bits)) {
        uint64_t page = m->paddr + at;
        const struct pass_memory *other = given(g, m, page);
        if (other && other->bits != m->bits) {
            diag_error(in->cc, m->location, "%s: memory at 0x%llx is in pages of two sizes",
                       pass_setting_name(in, setting), (ull)page);
            diag_note(in->cc, other->location, "the other one is here");
            diag_hint(in->cc, "give both the same \"page_bits\"");
            return;
        }
        if (other)
            continue;
        const char *name = layout_name(in, "memory.%llx.%llu", (ull)m->paddr, (ull)(at >> m->bits));
        unsigned index =
            grant(g, CAPDL_FRAME, m->bits, name, setting, device,
                  (struct layout_resource){.kind = "FRAME", .first = page, .last = m->bits});
        struct object *object = &in->cc->layout->objects.items[index];
        object->flags |= CAPDL_DEVICE;
        object->paddr = page;
    }
    vec_push(&in->cc->arena, &g->given, *m);
}

static void grant_memories(struct granting *g)
{
    for (size_t i = 0; i < g->pass.devices.count; i++) {
        const struct pass_device *device = &g->pass.devices.items[i];
        for (size_t j = 0; j < device->memory.count; j++)
            grant_memory(g, &device->memory.items[j], g->pass.devices_setting, device->name);
    }
    for (size_t i = 0; i < g->pass.mappings.count; i++)
        grant_memory(g, &g->pass.mappings.items[i], g->pass.mappings_setting, "");
}

/* Untyped memory, so that the monitor chooses the pages. */
static void grant_ram(struct granting *g)
{
    struct layout_instance *in = g->in;
    for (size_t i = 0; i < g->pass.ram.count; i++) {
        const struct pass_memory *m = &g->pass.ram.items[i];
        claim_hardware(in->cc, "RAM", m->paddr, m->paddr + m->size - 1, in->instance->name,
                       m->location);
        unsigned index = layout_object(
            in->cc, CAPDL_UNTYPED, m->bits, layout_name(in, "ram.%llx", (ull)m->paddr),
            arena_printf(&in->cc->arena, "%s", pass_setting_name(in, g->pass.ram_setting)));
        struct object *object = &in->cc->layout->objects.items[index];
        object->flags |= CAPDL_DEVICE | CAPDL_RAM | CAPDL_OPTIONAL;
        object->paddr = m->paddr;
        vec_push(&in->cc->arena, &in->untypeds,
                 (struct layout_untyped){.slot = layout_cap(in, index, ALL_RIGHTS, 0),
                                         .size_bits = m->bits,
                                         .device = true,
                                         .optional = true,
                                         .paddr = m->paddr,
                                         .origin = g->pass.ram_setting->name});
    }
}

/* After the connections, which say to what notification the monitor listens. */
void layout_passthrough(struct layout_instance *in)
{
    struct granting g = {.in = in};
    if (!is_monitor(in->instance))
        return;
    read_passthrough(in, &g.pass);
    if ((g.pass.irqs.count || g.pass.devices.count) &&
        in->threads.items[0].bound_notification == CAPDL_NONE) {
        diag_error(in->cc, in->instance->location,
                   "%s is to have interrupts of devices, and listens to no notification",
                   in->instance->name);
        diag_hint(in->cc, "connect its intready by seL4GlobalAsynch, as VM_PER_VM_COMP_DEF() does");
        return;
    }
    g.base = (uint64_t)number_setting(in->cc, known_setting(in, NULL, "global_endpoint_base"), 0, 0,
                                      INT64_MAX);
    grant_ports(&g);
    grant_irqs(&g);
    for (size_t i = 0; i < g.pass.devices.count; i++)
        grant_function(&g, &g.pass.devices.items[i]);
    grant_memories(&g);
    grant_ram(&g);
}
