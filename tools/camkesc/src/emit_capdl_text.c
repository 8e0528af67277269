/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capdl.txt: the same description for people to review: what there is, and for each instance what
 * it may do. The order follows the description, so that a change in it is a small change here.
 */
#include "emit.h"
#include <string.h>

typedef unsigned long long ull;

static const char *type_name(enum capdl_type type)
{
    static const char *const names[] = {
        [CAPDL_CNODE] = "cnode",
        [CAPDL_TCB] = "tcb",
        [CAPDL_ENDPOINT] = "endpoint",
        [CAPDL_NOTIFICATION] = "notification",
        [CAPDL_VSPACE] = "vspace",
        [CAPDL_FRAME] = "frame",
        [CAPDL_UNTYPED] = "untyped",
        [CAPDL_IRQ] = "irq",
        [CAPDL_IOPORTS] = "ioports",
        [CAPDL_ASID_POOL] = "asid_pool",
        [CAPDL_IOSPACE] = "iospace",
        [CAPDL_IRQ_CONTROL] = "irq_control",
        [CAPDL_IOPORT_CONTROL] = "ioport_control",
        [CAPDL_MSI] = "message",
    };
    return names[type];
}

static const char *size_text(struct compiler *cc, unsigned bits)
{
    static const char units[] = " KMGT";
    unsigned unit = bits / 10;
    return unit ? arena_printf(&cc->arena, "%u %ciB", 1u << (bits % 10), units[unit < 4 ? unit : 4])
                : arena_printf(&cc->arena, "%u bytes", 1u << bits);
}

static const char *object_details(struct compiler *cc, const struct object *o)
{
    const char *where =
        o->flags & CAPDL_CONFIG_SPACE
            ? arena_printf(&cc->arena, ", configuration space from 0x%llx", (ull)o->paddr)
        : o->flags & CAPDL_RAM      ? arena_printf(&cc->arena, ", RAM at 0x%llx", (ull)o->paddr)
        : o->flags & CAPDL_DEVICE   ? arena_printf(&cc->arena, ", device at 0x%llx", (ull)o->paddr)
        : o->flags & CAPDL_OPTIONAL ? ", optional"
                                    : "";
    switch (o->type) {
    case CAPDL_CNODE:
        return arena_printf(&cc->arena, "%u slots", 1u << o->size_bits);
    case CAPDL_FRAME:
    case CAPDL_UNTYPED:
        return arena_printf(&cc->arena, "%s%s", size_text(cc, o->size_bits), where);
    case CAPDL_IRQ:
        return arena_printf(&cc->arena, "I/O APIC %u pin %u, %s, active %s", o->ioapic, o->pin,
                            o->level ? "level" : "edge", o->active_low ? "low" : "high");
    case CAPDL_IOPORTS:
        return arena_printf(&cc->arena, "0x%x to 0x%x", o->first_port, o->last_port);
    case CAPDL_MSI:
        return arena_printf(&cc->arena, "PCI %02llx:%02llx.%llx", (ull)o->pci >> 8,
                            (ull)(o->pci >> 3 & 31), (ull)(o->pci & 7));
    case CAPDL_IOSPACE:
        return arena_printf(&cc->arena, "domain 0x%llx, device %02llx:%02llx.%llx", (ull)o->domain,
                            (ull)o->pci >> 8, (ull)(o->pci >> 3 & 31), (ull)(o->pci & 7));
    default:
        return "";
    }
}

static const char *rights_text(struct compiler *cc, unsigned rights)
{
    if (rights == ALL_RIGHTS)
        return "all";
    return arena_printf(&cc->arena, "%s%s%s%s", rights & CAPDL_READ ? "R" : "",
                        rights & CAPDL_WRITE ? "W" : "", rights & CAPDL_GRANT ? "G" : "",
                        rights & CAPDL_GRANT_REPLY ? "P" : "");
}

/* "vm0.heap.3" and "vm0.heap.4" belong together. */
static size_t stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1) ? (size_t)(dot - name)
                                                                             : strlen(name);
}

static bool same_run(const struct object *a, const struct object *b)
{
    size_t length = stem_length(a->name);
    bool alike = a->type != CAPDL_IOPORTS && a->type != CAPDL_IRQ;
    return alike && a->type == b->type && a->size_bits == b->size_bits &&
           (a->flags & CAPDL_OPTIONAL) == (b->flags & CAPDL_OPTIONAL) &&
           length == stem_length(b->name) && strncmp(a->name, b->name, length) == 0 &&
           strcmp(a->origin, b->origin) == 0;
}

static void emit_objects(struct compiler *cc, struct text *out)
{
    text_add(out, "objects {\n");
    for (size_t i = 0; i < cc->layout->objects.count;) {
        const struct object *o = &cc->layout->objects.items[i];
        size_t run = 1;
        while (i + run < cc->layout->objects.count && same_run(o, o + run))
            run++;
        text_printf(out, "    %.*s", (int)(run > 1 ? stem_length(o->name) : strlen(o->name)),
                    o->name);
        if (run > 1)
            text_printf(out, ".%s…%s",
                        o->name + stem_length(o->name) + (o->name[stem_length(o->name)] == '.'),
                        o[run - 1].name + stem_length(o[run - 1].name) + 1);
        const char *details = object_details(cc, o);
        text_printf(out, " = %s%s%s%s", type_name(o->type), *details ? " (" : "", details,
                    *details ? ")" : "");
        if (run > 1)
            text_printf(out, " × %zu", run);
        if (strncmp(o->name, o->origin, strlen(o->origin)) != 0)
            text_printf(out, "  -- for %s", o->origin);
        text_add(out, "\n");
        i += run;
    }
    text_add(out, "}\n");
}

static void emit_threads(const struct layout_instance *in, struct text *out)
{
    for (size_t i = 0; i < in->threads.count; i++) {
        const struct layout_thread *t = &in->threads.items[i];
        text_printf(out, "    thread %s: priority %u, core %u, stack %llu KiB", t->name,
                    t->priority, t->affinity, (ull)t->stack_size >> 10);
        if (t->bound_notification != CAPDL_NONE)
            text_printf(out, ", hears %s",
                        in->cc->layout->objects.items[t->bound_notification].name);
        text_add(out, "\n");
    }
}

static void emit_caps(const struct layout_instance *in, struct text *out)
{
    const struct held_cap *caps = in->cc->layout->caps.items;
    for (size_t i = 0; i < in->cc->layout->caps.count;) {
        size_t run = 1;
        if (caps[i].cnode != in->cnode) {
            i++;
            continue;
        }
        const struct object *o = &in->cc->layout->objects.items[caps[i].object];
        while (i + run < in->cc->layout->caps.count && caps[i + run].cnode == in->cnode &&
               caps[i + run].object == caps[i].object + run &&
               caps[i + run].slot == caps[i].slot + run && caps[i + run].rights == caps[i].rights &&
               same_run(o, &in->cc->layout->objects.items[caps[i + run].object]))
            run++;
        text_printf(out, "    %llu", (ull)caps[i].slot);
        if (run > 1)
            text_printf(out, "…%llu", (ull)caps[i + run - 1].slot);
        text_printf(out, ": %s", o->name);
        if (run > 1)
            text_printf(out, "…%s",
                        in->cc->layout->objects.items[caps[i + run - 1].object].name +
                            stem_length(o->name) + 1);
        text_printf(out, " (%s", rights_text(in->cc, caps[i].rights));
        if (caps[i].badge)
            text_printf(out, ", badge 0x%llx", (ull)caps[i].badge);
        text_add(out, ")\n");
        i += run;
    }
}

/* Which of its interrupts and faults signal what. */
static void emit_signals(const struct layout_instance *in, struct text *out)
{
    const struct layout *layout = in->cc->layout;
    for (size_t i = 0; i < layout->signals.count; i++) {
        const struct layout_signal *s = &layout->signals.items[i];
        if (s->notification == in->threads.items[0].bound_notification)
            text_printf(out, "    %s signals %s (badge 0x%llx)\n",
                        layout->objects.items[s->object].name,
                        layout->objects.items[s->notification].name, (ull)s->badge);
    }
}

static void emit_maps(const struct layout_instance *in, struct text *out)
{
    const struct mapping *maps = in->cc->layout->maps.items;
    for (size_t i = 0; i < in->cc->layout->maps.count;) {
        if (maps[i].vspace != in->vspace) {
            i++;
            continue;
        }
        const struct object *o = &in->cc->layout->objects.items[maps[i].frame];
        uint64_t size = BIT(o->size_bits);
        size_t run = 1;
        while (i + run < in->cc->layout->maps.count && maps[i + run].vspace == in->vspace &&
               maps[i + run].frame == maps[i].frame + run &&
               maps[i + run].vaddr == maps[i].vaddr + run * size &&
               same_run(o, &in->cc->layout->objects.items[maps[i + run].frame]))
            run++;
        text_printf(out, "    map 0x%llx to 0x%llx: %.*s (%s%s)\n", (ull)maps[i].vaddr,
                    (ull)(maps[i].vaddr + run * size - 1),
                    (int)(run > 1 ? stem_length(o->name) : strlen(o->name)), o->name,
                    rights_text(in->cc, maps[i].rights),
                    maps[i].attributes & CAPDL_UNCACHED ? ", uncached" : "");
        i += run;
    }
}

void emit_capdl_text(struct compiler *cc, struct text *out)
{
    text_add(out, "-- Who may do what. Written by camkesc from the system's description.\n"
                  "-- Rights: R read/receive, W write/send, G grant, P grant reply.\n\n");
    emit_objects(cc, out);
    for (size_t i = 0; i < cc->layout->instances.count; i++) {
        const struct layout_instance *in = cc->layout->instances.items[i];
        text_printf(out, "\n%s (%s) {\n", in->instance->name, in->instance->component->name.text);
        emit_threads(in, out);
        emit_caps(in, out);
        emit_signals(in, out);
        emit_maps(in, out);
        text_add(out, "}\n");
    }
}
