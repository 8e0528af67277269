/* SPDX-License-Identifier: BSD-2-Clause */
/* capdl.bin: the capability description for the loader (libs/capdl/include/capdl.h). */
#include "emit.h"
#include <string.h>

/* Strings repeat a lot (origins): the last few are found again. */
#define RECENT 8

struct writer {
    struct compiler *cc;
    struct text *out;
    struct text strings;
    struct {
        const char *string;
        uint32_t offset;
    } recent[RECENT];
    unsigned next;
};

static uint32_t add_string(struct writer *w, const char *string)
{
    if (!*string)
        return 0;
    for (unsigned i = 0; i < RECENT; i++)
        if (w->recent[i].string && strcmp(w->recent[i].string, string) == 0)
            return w->recent[i].offset;
    uint32_t offset = (uint32_t)w->strings.length;
    text_add_bytes(&w->strings, string, strlen(string) + 1);
    w->recent[w->next].string = string;
    w->recent[w->next].offset = offset;
    w->next = (w->next + 1) % RECENT;
    return offset;
}

static void align(struct writer *w)
{
    static const char zeros[8];
    text_add_bytes(w->out, zeros, -w->out->length & 7);
}

static struct capdl_table begin(struct writer *w, uint64_t count)
{
    align(w);
    return (struct capdl_table){.offset = w->out->length, .count = count};
}

static void put_object(struct writer *w, const struct object *o)
{
    struct capdl_object bin = {.type = o->type,
                               .size_bits = o->size_bits,
                               .flags = o->flags,
                               .name = add_string(w, o->name),
                               .origin = add_string(w, o->origin)};
    if (o->type == CAPDL_IOPORTS) {
        bin.ports.first = o->first_port;
        bin.ports.last = o->last_port;
    } else if (o->type == CAPDL_IRQ) {
        bin.irq.ioapic = o->ioapic;
        bin.irq.pin = o->pin;
        bin.irq.level = o->level;
        bin.irq.active_low = o->active_low;
    } else if (o->type == CAPDL_IOSPACE || o->type == CAPDL_MSI) {
        bin.param[0] = o->domain;
        bin.param[1] = o->pci;
    } else {
        bin.paddr = o->paddr;
    }
    text_add_bytes(w->out, &bin, sizeof(bin));
}

static void put_thread(struct writer *w, const struct layout_instance *in, size_t index)
{
    const struct layout_thread *t = &in->threads.items[index];
    struct capdl_thread bin = {
        .tcb = t->tcb,
        .instance = in->index,
        .cnode = in->cnode,
        .vspace = in->vspace,
        .ipc_frame = t->ipc_frame,
        .bound_notification = t->bound_notification,
        .ipc_buffer = t->ipc_buffer,
        .stack_pointer = t->stack + t->stack_size,
        .argument = index,
        .fault_slot = t->fault_slot,
        .priority = t->priority,
        .max_priority = t->priority,
        .affinity = t->affinity,
        .name = add_string(w, arena_printf(&w->cc->arena, "%s:%s", in->instance->name, t->name)),
    };
    text_add_bytes(w->out, &bin, sizeof(bin));
}

static void put_instance(struct writer *w, const struct layout_instance *in)
{
    struct capdl_instance bin = {
        /* The name of its program: that of its directory. */
        .name = add_string(w, in->instance->c_name),
        .component = add_string(w, in->instance->component->name.text),
        .vspace = in->vspace,
        .cnode = in->cnode,
        .symbols_vaddr = SYMBOLS_BASE,
        .symbols_info = SYMBOL_INFO_BASE,
        .info_frame = in->info_frame,
    };
    text_add_bytes(w->out, &bin, sizeof(bin));
}

static void put_tables(struct writer *w, struct capdl_header *header)
{
    const struct layout *layout = w->cc->layout;
    header->objects = begin(w, layout->objects.count);
    for (size_t i = 0; i < layout->objects.count; i++)
        put_object(w, &layout->objects.items[i]);
    header->caps = begin(w, layout->caps.count);
    for (size_t i = 0; i < layout->caps.count; i++) {
        const struct held_cap *c = &layout->caps.items[i];
        struct capdl_cap bin = {.cnode = c->cnode,
                                .object = c->object,
                                .slot = c->slot,
                                .badge = c->badge,
                                .rights = c->rights};
        text_add_bytes(w->out, &bin, sizeof(bin));
    }
    header->maps = begin(w, layout->maps.count);
    for (size_t i = 0; i < layout->maps.count; i++) {
        const struct mapping *m = &layout->maps.items[i];
        struct capdl_map bin = {.vspace = m->vspace,
                                .frame = m->frame,
                                .vaddr = m->vaddr,
                                .rights = m->rights,
                                .attributes = m->attributes};
        text_add_bytes(w->out, &bin, sizeof(bin));
    }
    size_t threads = 0;
    for (size_t i = 0; i < layout->instances.count; i++)
        threads += layout->instances.items[i]->threads.count;
    header->threads = begin(w, threads);
    for (size_t i = 0; i < layout->instances.count; i++)
        for (size_t j = 0; j < layout->instances.items[i]->threads.count; j++)
            put_thread(w, layout->instances.items[i], j);
    header->instances = begin(w, layout->instances.count);
    for (size_t i = 0; i < layout->instances.count; i++)
        put_instance(w, layout->instances.items[i]);
    header->fills = begin(w, layout->fills.count);
    for (size_t i = 0; i < layout->fills.count; i++) {
        const struct layout_fill *f = &layout->fills.items[i];
        struct capdl_fill bin = {.frame = f->frame,
                                 .kind = CAPDL_FILL_BOOTINFO_EXTRA,
                                 .id = f->id,
                                 .offset = f->offset,
                                 .size = f->size};
        text_add_bytes(w->out, &bin, sizeof(bin));
    }
    header->signals = begin(w, layout->signals.count);
    for (size_t i = 0; i < layout->signals.count; i++) {
        const struct layout_signal *s = &layout->signals.items[i];
        struct capdl_signal bin = {
            .object = s->object, .notification = s->notification, .badge = s->badge};
        text_add_bytes(w->out, &bin, sizeof(bin));
    }
}

void emit_capdl_bin(struct compiler *cc, struct text *out)
{
    struct writer w = {.cc = cc, .out = out};
    struct capdl_header header = {.magic = CAPDL_MAGIC, .version = CAPDL_VERSION};
    text_init(&w.strings, &cc->arena);
    text_add_bytes(&w.strings, "", 1);
    text_add_bytes(out, &header, sizeof(header));
    put_tables(&w, &header);
    header.strings = begin(&w, w.strings.length);
    text_add_bytes(out, w.strings.data, w.strings.length);
    align(&w);
    header.size = (uint32_t)out->length;
    memcpy(out->data, &header, sizeof(header));
}
