/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contents of frames before the system starts: the programs' data, records from the kernel's boot
 * information, and where each program's symbols are. Frames are zero when they are made.
 */
#include "loader.h"

#include <base/string.h>

/* What the segments put into memory from `vaddr` on. */
static void copy_segments(const struct elf_file *elf, uint64_t vaddr, uint8_t *to, uint64_t size)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_range *s = &elf->segments[i];
        uint64_t start = MAX(s->vaddr, vaddr);
        uint64_t end = MIN(s->vaddr + s->file_size, vaddr + size);
        if (start < end)
            memcpy(to + (start - vaddr), elf->data + s->offset + (start - s->vaddr), end - start);
    }
}

static bool has_data(const struct elf_file *elf, uint64_t vaddr, uint64_t size)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_range *s = &elf->segments[i];
        if (s->file_size && s->vaddr < vaddr + size && s->vaddr + s->file_size > vaddr)
            return true;
    }
    return false;
}

int load_programs(void)
{
    for (uint32_t i = 0; i < loader.plan.pages.count; i++) {
        const struct plan_page *page = &loader.plan.pages.items[i];
        if (page->object == CAPDL_NONE)
            continue;
        const struct plan_object *o = plan_object(&loader.plan, page->object);
        const struct elf_file *elf = &loader.plan.programs[page->instance].elf;
        uint64_t size = BIT(o->mem_bits);
        if (!has_data(elf, page->vaddr, size))
            continue;
        uint8_t *to = window_open(o->slot, o->mem_bits);
        if (!to)
            return -1;
        copy_segments(elf, page->vaddr, to, size);
        if (window_close(o->slot))
            return -1;
    }
    return 0;
}

/* Writes into a frame of the description; it must not be mapped yet. */
static int write_frame(uint32_t object, uint32_t offset, const void *data, size_t size)
{
    const struct plan_object *o = plan_object(&loader.plan, object);
    uint8_t *to = window_open(o->slot, o->mem_bits);
    if (!to)
        return -1;
    memcpy(to + offset, data, size);
    return window_close(o->slot);
}

static int write_fill(const struct capdl_fill *f)
{
    const seL4_BootInfoHeader *chunk = seL4_FindBootInfo(loader.bootinfo, f->id);
    if (!chunk)
        return 0; /* the machine has none: the frame says so by staying zero */
    if (chunk->len > f->size) {
        return loader_error(
            "%s: boot information record %u has %lu bytes, more than the %u reserved for it",
            plan_object(&loader.plan, f->frame)->origin, f->id, chunk->len, f->size);
    }
    return write_frame(f->frame, f->offset, chunk, chunk->len);
}

int load_fills(void)
{
    const struct description *d = &loader.plan.description;
    for (uint32_t i = 0; i < d->fill_count; i++)
        if (write_fill(&d->fills[i]))
            return -1;
    for (uint32_t i = 0; i < d->instance_count; i++) {
        const struct capdl_instance *in = &d->instances[i];
        if (in->symbols_info && write_frame(in->info_frame, 0, &loader.plan.programs[i].symbols,
                                            sizeof(struct capdl_symbols)))
            return -1;
    }
    return 0;
}
