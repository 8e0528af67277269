/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Works out objects and pages from the description and the programs.
 */
#include "plan.h"

#include "error.h"
#include "loader/image.h"

#include <base/string.h>

/* An object that the description does not mention, or CAPDL_NONE with loader_message set. */
static uint32_t add_object(struct plan *plan, uint8_t type, uint8_t bits, const char *origin)
{
    struct plan_object *o = VEC_ADD(&loader_arena, &plan->objects);
    if (!o)
        return CAPDL_NONE;
    *o = (struct plan_object){.type = type, .mem_bits = bits, .origin = origin};
    return (uint32_t)plan->objects.count - 1;
}

/* How a described object is made. */
static void describe_object(struct plan_object *o, const struct capdl_object *d)
{
    static const struct {
        uint8_t type, bits;
    } plain[] = {
        [CAPDL_TCB] = {seL4_TCBObject, seL4_TCBBits},
        [CAPDL_ENDPOINT] = {seL4_EndpointObject, seL4_EndpointBits},
        [CAPDL_NOTIFICATION] = {seL4_NotificationObject, seL4_NotificationBits},
        [CAPDL_VSPACE] = {seL4_X64_PML4Object, seL4_PML4Bits},
    };
    o->mem_bits = PLAN_NO_MEMORY;
    switch ((enum capdl_type)d->type) {
    case CAPDL_CNODE:
        o->type = seL4_CapTableObject;
        o->api_bits = (uint8_t)d->size_bits;
        o->mem_bits = (uint8_t)(d->size_bits + seL4_SlotBits);
        break;
    case CAPDL_TCB:
    case CAPDL_ENDPOINT:
    case CAPDL_NOTIFICATION:
    case CAPDL_VSPACE:
        o->type = plain[d->type].type;
        o->mem_bits = plain[d->type].bits;
        break;
    case CAPDL_FRAME:
        o->type = d->size_bits == seL4_PageBits        ? seL4_X86_4K
                  : d->size_bits == seL4_LargePageBits ? seL4_X86_LargePageObject
                                                       : seL4_X64_HugePageObject;
        o->mem_bits = (uint8_t)d->size_bits;
        break;
    case CAPDL_UNTYPED:
    case CAPDL_ASID_POOL: /* of an untyped of its own, by seL4_X86_ASIDControl_MakePool() */
        o->type = seL4_UntypedObject;
        o->mem_bits = d->type == CAPDL_UNTYPED ? (uint8_t)d->size_bits : seL4_ASIDPoolBits;
        o->api_bits = o->mem_bits;
        break;
    case CAPDL_IRQ:
    case CAPDL_IOPORTS:
    case CAPDL_IOSPACE:
    case CAPDL_IRQ_CONTROL:
    case CAPDL_IOPORT_CONTROL:
    case CAPDL_MSI:
        break;
    }
    if (d->flags & CAPDL_DEVICE)
        o->mem_bits = PLAN_NO_MEMORY;
}

static int add_described(struct plan *plan)
{
    const struct description *d = &plan->description;
    for (uint32_t i = 0; i < d->object_count; i++) {
        const struct capdl_object *described = &d->objects[i];
        struct plan_object *o = VEC_ADD(&loader_arena, &plan->objects);
        if (!o)
            return -1;
        describe_object(o, described);
        o->optional = described->flags & CAPDL_OPTIONAL;
        o->origin = description_string(d, described->origin ? described->origin : described->name);
    }
    for (uint32_t i = 0; i < d->cap_count; i++) {
        struct plan_object *o = plan_object(plan, d->caps[i].object);
        if (o->holders < UINT16_MAX)
            o->holders++;
    }
    return 0;
}

/* Makes sure that `vspace` has the tables of this level for `vaddr`. */
static int need_table(struct plan *plan, uint32_t vspace, enum plan_table_level level,
                      uint64_t vaddr, const char *origin)
{
    static const uint8_t covers[] = {[PLAN_PDPT] = 39, [PLAN_PD] = 30, [PLAN_PT] = 21};
    static const uint8_t types[] = {[PLAN_PDPT] = seL4_X86_PDPTObject,
                                    [PLAN_PD] = seL4_X86_PageDirectoryObject,
                                    [PLAN_PT] = seL4_X86_PageTableObject};
    uint64_t base = vaddr >> covers[level] << covers[level];
    uint32_t hint = plan->last_table[level];
    for (uint32_t tried = 0; tried <= plan->tables.count; tried++) {
        /* First the hint, then all from the newest to the oldest. */
        size_t i = tried == 0 ? hint : plan->tables.count - tried;
        if (i >= plan->tables.count)
            continue;
        const struct plan_table *t = &plan->tables.items[i];
        if (t->base == base && t->level == level && t->vspace == vspace) {
            plan->last_table[level] = (uint32_t)i;
            return 0;
        }
    }
    uint32_t object = add_object(plan, types[level], seL4_PageTableBits, origin);
    struct plan_table *t = VEC_ADD(&loader_arena, &plan->tables);
    if (object == CAPDL_NONE || !t)
        return -1;
    *t = (struct plan_table){vspace, object, level, base};
    plan->last_table[level] = (uint32_t)plan->tables.count - 1;
    return 0;
}

/* The tables that a page of `size_bits` at `vaddr` hangs from. */
static int need_tables(struct plan *plan, uint32_t vspace, uint64_t vaddr, unsigned size_bits,
                       const char *origin)
{
    if (need_table(plan, vspace, PLAN_PDPT, vaddr, origin) ||
        (size_bits < seL4_HugePageBits && need_table(plan, vspace, PLAN_PD, vaddr, origin)) ||
        (size_bits < seL4_LargePageBits && need_table(plan, vspace, PLAN_PT, vaddr, origin)))
        return -1;
    return 0;
}

/* Is the page the next one of the run that was added last? */
static bool continues_run(const struct plan *plan, uint32_t instance, uint64_t vaddr,
                          const uint8_t *image)
{
    if (!image || plan->pages.count == 0)
        return false;
    const struct plan_page *last = &plan->pages.items[plan->pages.count - 1];
    uint64_t size = last->count * PAGE_SIZE_4K;
    return last->image && last->instance == instance && last->vaddr + size == vaddr &&
           last->image + size == image;
}

static int add_page(struct plan *plan, uint32_t instance, uint64_t vaddr, const uint8_t *image,
                    unsigned size_bits)
{
    const struct capdl_instance *in = &plan->description.instances[instance];
    const char *name = description_string(&plan->description, in->name);
    uint32_t object = CAPDL_NONE;
    if (!image) {
        object =
            add_object(plan, size_bits == seL4_PageBits ? seL4_X86_4K : seL4_X86_LargePageObject,
                       (uint8_t)size_bits, name);
        if (object == CAPDL_NONE)
            return -1;
    }
    if (continues_run(plan, instance, vaddr, image)) {
        plan->pages.items[plan->pages.count - 1].count++;
    } else {
        struct plan_page *page = VEC_ADD(&loader_arena, &plan->pages);
        if (!page)
            return -1;
        *page = (struct plan_page){instance, object, vaddr, image, 1};
    }
    return need_tables(plan, in->vspace, vaddr, size_bits, name);
}

/* The file's page that can serve as the memory's page at `vaddr` as it is, or NULL. */
static const uint8_t *shareable(const struct elf_file *elf, uint64_t vaddr)
{
    const struct elf_range *only = NULL;
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_range *s = &elf->segments[i];
        if (s->vaddr < vaddr + PAGE_SIZE_4K && s->vaddr + s->mem_size > vaddr) {
            if (only)
                return NULL;
            only = s;
        }
    }
    if (!only || only->writable || only->file_size != only->mem_size)
        return NULL;
    return elf->data + (vaddr - only->vaddr) + only->offset;
}

/* True where 2 MiB from `vaddr` on are all memory of one segment after its file data. */
static bool large_zero(const struct elf_file *elf, uint64_t vaddr)
{
    if (vaddr % PAGE_SIZE_2M)
        return false;
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_range *s = &elf->segments[i];
        if (s->vaddr + s->file_size <= vaddr && vaddr + PAGE_SIZE_2M <= s->vaddr + s->mem_size)
            return true;
    }
    return false;
}

static int add_segment_pages(struct plan *plan, uint32_t instance)
{
    struct plan_program *program = &plan->programs[instance];
    const struct elf_file *elf = &program->elf;
    uint64_t next = 0;
    program->start = ROUND_DOWN(elf->segments[0].vaddr, PAGE_SIZE_4K);
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_range *s = &elf->segments[i];
        uint64_t end = ROUND_UP(s->vaddr + s->mem_size, PAGE_SIZE_4K);
        /* Not again the page that it shares with the segment before. */
        uint64_t vaddr = MAX(ROUND_DOWN(s->vaddr, PAGE_SIZE_4K), next);
        while (vaddr < end) {
            bool large = large_zero(elf, vaddr);
            const uint8_t *image = large ? NULL : shareable(elf, vaddr);
            if (add_page(plan, instance, vaddr, image, large ? seL4_LargePageBits : seL4_PageBits))
                return -1;
            vaddr += large ? PAGE_SIZE_2M : PAGE_SIZE_4K;
        }
        next = end;
    }
    program->end = next;
    return 0;
}

/* Maps the whole pages around a part of the file; returns where the part itself will be. */
static int add_file_pages(struct plan *plan, uint32_t instance, uint64_t offset, uint64_t size,
                          uint64_t *vaddr, uint64_t *where)
{
    const struct elf_file *elf = &plan->programs[instance].elf;
    *where = *vaddr + offset % PAGE_SIZE_4K;
    for (uint64_t page = ROUND_DOWN(offset, PAGE_SIZE_4K); page < offset + size;
         page += PAGE_SIZE_4K) {
        if (add_page(plan, instance, *vaddr, elf->data + page, seL4_PageBits))
            return -1;
        *vaddr += PAGE_SIZE_4K;
    }
    return 0;
}

static int add_symbols(struct plan *plan, uint32_t instance)
{
    const struct capdl_instance *in = &plan->description.instances[instance];
    struct plan_program *program = &plan->programs[instance];
    const struct elf_file *elf = &program->elf;
    uint64_t vaddr = in->symbols_vaddr;
    program->symbols.image_start = program->start;
    program->symbols.image_end = program->end;
    if (!vaddr || !in->symbols_info || !elf->symtab_size)
        return 0;
    program->symbols.symtab_size = elf->symtab_size;
    program->symbols.strtab_size = elf->strtab_size;
    if (add_file_pages(plan, instance, elf->symtab, elf->symtab_size, &vaddr,
                       &program->symbols.symtab) ||
        add_file_pages(plan, instance, elf->strtab, elf->strtab_size, &vaddr,
                       &program->symbols.strtab))
        return -1;
    return 0;
}

static const struct loader_file *find_file(const struct loader_file *files,
                                           const struct loader_file *end, const char *name)
{
    for (const struct loader_file *f = files; f < end; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static int add_programs(struct plan *plan, const struct loader_file *files,
                        const struct loader_file *files_end)
{
    const struct description *d = &plan->description;
    plan->programs =
        arena_alloc(&loader_arena, (d->instance_count + 1ull) * sizeof(*plan->programs));
    if (!plan->programs)
        return -1;
    for (uint32_t i = 0; i < d->instance_count; i++) {
        const char *name = description_string(d, d->instances[i].name);
        const struct loader_file *f = find_file(files, files_end, name);
        if (!f)
            return loader_error("%s: the image has no program of this name; build it again", name);
        if (elf_open(&plan->programs[i].elf, name, f->start, (size_t)(f->end - f->start)) ||
            add_segment_pages(plan, i) || add_symbols(plan, i))
            return -1;
    }
    return 0;
}

static int add_map_tables(struct plan *plan)
{
    const struct description *d = &plan->description;
    for (uint32_t i = 0; i < d->map_count; i++) {
        const struct capdl_map *m = &d->maps[i];
        const struct capdl_object *frame = &d->objects[m->frame];
        if (need_tables(plan, m->vspace, m->vaddr, frame->size_bits,
                        plan_object(plan, m->frame)->origin))
            return -1;
    }
    return 0;
}

int plan_make(struct plan *plan, const struct loader_file *files,
              const struct loader_file *files_end)
{
    *plan = (struct plan){0};
    const struct loader_file *f = find_file(files, files_end, LOADER_DESCRIPTION);
    if (!f)
        return loader_error("this image has no %s; build it again", LOADER_DESCRIPTION);
    if (description_open(&plan->description, f->start, (size_t)(f->end - f->start)) ||
        add_described(plan) || add_programs(plan, files, files_end) || add_map_tables(plan))
        return -1;
    return 0;
}
