/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks of the binary capability description (libs/capdl/include/capdl.h).
 */
#include "description.h"

#include "error.h"

#include <base/bits.h>

#include <stdbool.h>

/* Components live below this address (the lower half less one page). */
#define USER_TOP 0x00007ffffffff000ull

static int damaged(const char *what, uint32_t index)
{
    return loader_error("the capability description is damaged (%s %u); build the image again",
                        what, index);
}

/* Bounds of one table; returns its start or NULL. */
static const void *table(const struct capdl_header *header, const struct capdl_table *t,
                         size_t item_size, uint32_t *count)
{
    if (t->offset % 8 || t->offset > header->size ||
        t->count > (header->size - t->offset) / item_size)
        return NULL;
    *count = (uint32_t)t->count;
    return (const uint8_t *)header + t->offset;
}

static int open_tables(struct description *d, const struct capdl_header *header)
{
    uint32_t bytes = 0;
    d->strings = table(header, &header->strings, 1, &bytes);
    d->string_bytes = bytes;
    d->objects = table(header, &header->objects, sizeof(*d->objects), &d->object_count);
    d->caps = table(header, &header->caps, sizeof(*d->caps), &d->cap_count);
    d->maps = table(header, &header->maps, sizeof(*d->maps), &d->map_count);
    d->threads = table(header, &header->threads, sizeof(*d->threads), &d->thread_count);
    d->instances = table(header, &header->instances, sizeof(*d->instances), &d->instance_count);
    d->fills = table(header, &header->fills, sizeof(*d->fills), &d->fill_count);
    d->signals = table(header, &header->signals, sizeof(*d->signals), &d->signal_count);
    if (!d->strings || !d->objects || !d->caps || !d->maps || !d->threads || !d->instances ||
        !d->fills || !d->signals)
        return damaged("table bounds", 0);
    if (bytes == 0 || d->strings[bytes - 1] != 0)
        return damaged("strings", 0);
    return 0;
}

static bool is_type(const struct description *d, uint32_t object, enum capdl_type type)
{
    return object < d->object_count && d->objects[object].type == type;
}

static bool size_ok(const struct capdl_object *o)
{
    switch (o->type) {
    case CAPDL_CNODE:
        return o->size_bits >= 1 && o->size_bits <= 28;
    case CAPDL_FRAME:
        if (o->size_bits != PAGE_BITS_4K && o->size_bits != PAGE_BITS_2M &&
            o->size_bits != PAGE_BITS_1G)
            return false;
        break;
    case CAPDL_UNTYPED:
        if (o->size_bits < 4 || o->size_bits > 47)
            return false;
        break;
    case CAPDL_IOPORTS:
        return o->ports.first <= o->ports.last;
    default:
        return o->type >= CAPDL_CNODE && o->type <= CAPDL_MSI;
    }
    return !(o->flags & CAPDL_DEVICE) || (o->paddr & MASK(o->size_bits)) == 0;
}

static int check_objects(const struct description *d)
{
    for (uint32_t i = 0; i < d->object_count; i++) {
        const struct capdl_object *o = &d->objects[i];
        if (o->name >= d->string_bytes || o->origin >= d->string_bytes || !size_ok(o))
            return damaged("object", i);
    }
    return 0;
}

static int check_caps(const struct description *d)
{
    for (uint32_t i = 0; i < d->cap_count; i++) {
        const struct capdl_cap *c = &d->caps[i];
        if (!is_type(d, c->cnode, CAPDL_CNODE) || c->object >= d->object_count || c->slot == 0 ||
            c->slot >> d->objects[c->cnode].size_bits)
            return damaged("capability", i);
    }
    return 0;
}

static int check_maps(const struct description *d)
{
    for (uint32_t i = 0; i < d->map_count; i++) {
        const struct capdl_map *m = &d->maps[i];
        if (!is_type(d, m->vspace, CAPDL_VSPACE) || !is_type(d, m->frame, CAPDL_FRAME))
            return damaged("mapping", i);
        uint64_t size = BIT(d->objects[m->frame].size_bits);
        if (m->vaddr % size || m->vaddr == 0 || m->vaddr > USER_TOP - size)
            return damaged("mapping", i);
    }
    return 0;
}

static int check_threads(const struct description *d)
{
    for (uint32_t i = 0; i < d->thread_count; i++) {
        const struct capdl_thread *t = &d->threads[i];
        if (!is_type(d, t->tcb, CAPDL_TCB) || t->instance >= d->instance_count ||
            !is_type(d, t->cnode, CAPDL_CNODE) || !is_type(d, t->vspace, CAPDL_VSPACE) ||
            !is_type(d, t->ipc_frame, CAPDL_FRAME) || t->name >= d->string_bytes ||
            (t->bound_notification != CAPDL_NONE &&
             !is_type(d, t->bound_notification, CAPDL_NOTIFICATION)) ||
            t->ipc_buffer % 1024 || t->priority > 255 || t->max_priority > 255)
            return damaged("thread", i);
    }
    return 0;
}

static int check_instances(const struct description *d)
{
    for (uint32_t i = 0; i < d->instance_count; i++) {
        const struct capdl_instance *n = &d->instances[i];
        if (n->name >= d->string_bytes || n->component >= d->string_bytes ||
            !is_type(d, n->vspace, CAPDL_VSPACE) || !is_type(d, n->cnode, CAPDL_CNODE) ||
            n->symbols_vaddr % PAGE_SIZE_4K || n->symbols_vaddr > USER_TOP ||
            (n->symbols_info && (!is_type(d, n->info_frame, CAPDL_FRAME) ||
                                 d->objects[n->info_frame].flags & CAPDL_DEVICE)))
            return damaged("instance", i);
    }
    return 0;
}

static int check_fills(const struct description *d)
{
    for (uint32_t i = 0; i < d->fill_count; i++) {
        const struct capdl_fill *f = &d->fills[i];
        if (!is_type(d, f->frame, CAPDL_FRAME) || d->objects[f->frame].flags & CAPDL_DEVICE ||
            d->objects[f->frame].size_bits != PAGE_BITS_4K ||
            f->kind != CAPDL_FILL_BOOTINFO_EXTRA || f->offset > PAGE_SIZE_4K ||
            f->size > PAGE_SIZE_4K - f->offset)
            return damaged("fill", i);
    }
    return 0;
}

static int check_signals(const struct description *d)
{
    for (uint32_t i = 0; i < d->signal_count; i++) {
        const struct capdl_signal *s = &d->signals[i];
        if ((!is_type(d, s->object, CAPDL_IRQ) && !is_type(d, s->object, CAPDL_MSI) &&
             !is_type(d, s->object, CAPDL_IOSPACE)) ||
            !is_type(d, s->notification, CAPDL_NOTIFICATION))
            return damaged("signal", i);
    }
    return 0;
}

int description_open(struct description *d, const void *data, size_t size)
{
    const struct capdl_header *header = data;
    if (size < sizeof(*header) || header->magic != CAPDL_MAGIC)
        return loader_error("this image has no capability description (capdl.bin); build it again");
    if (header->version != CAPDL_VERSION) {
        return loader_error(
            "the capability description has version %u, this loader reads version %u; "
            "build the image again",
            header->version, CAPDL_VERSION);
    }
    if (header->size > size)
        return damaged("size", header->size);
    if (open_tables(d, header) || check_objects(d) || check_caps(d) || check_maps(d) ||
        check_threads(d) || check_instances(d) || check_fills(d) || check_signals(d))
        return -1;
    return 0;
}
