/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of components: tables, frames, and pages handed over from the loader's own image.
 */
#include "loader.h"

extern const uint8_t __executable_start[];

static seL4_CapRights_t map_rights(uint32_t rights)
{
    return seL4_CapRights_new(0, 0, (rights & CAPDL_READ) != 0, (rights & CAPDL_WRITE) != 0);
}

static seL4_X86_VMAttributes map_attributes(uint32_t attributes)
{
    return attributes & CAPDL_UNCACHED        ? seL4_X86_CacheDisabled
           : attributes & CAPDL_WRITE_COMBINE ? seL4_X86_WriteCombining
                                              : seL4_X86_Default_VMAttributes;
}

int map_tables(void)
{
    for (uint32_t i = 0; i < loader.plan.tables.count; i++) {
        const struct plan_table *t = &loader.plan.tables.items[i];
        struct plan_object *o = plan_object(&loader.plan, t->object);
        seL4_CPtr vspace = plan_object(&loader.plan, t->vspace)->slot;
        seL4_Error error;
        switch (t->level) {
        case PLAN_PDPT:
            error = seL4_X86_PDPT_Map(o->slot, vspace, t->base, seL4_X86_Default_VMAttributes);
            break;
        case PLAN_PD:
            error =
                seL4_X86_PageDirectory_Map(o->slot, vspace, t->base, seL4_X86_Default_VMAttributes);
            break;
        default:
            error = seL4_X86_PageTable_Map(o->slot, vspace, t->base, seL4_X86_Default_VMAttributes);
            break;
        }
        if (kernel_says(error, o->origin, "map a page table"))
            return -1;
        o->keep = true;
    }
    return 0;
}

/* A capability through which the frame can be mapped once more. */
static int capability_to_map(struct plan_object *o, seL4_CPtr *cap)
{
    if (!o->mapped) {
        o->mapped = true;
        o->keep = true;
        *cap = o->slot;
        return 0;
    }
    if (slot_take(1, cap))
        return -1;
    return kernel_says(seL4_CNode_Copy(seL4_CapInitThreadCNode, *cap, seL4_WordBits,
                                       seL4_CapInitThreadCNode, o->slot, seL4_WordBits,
                                       seL4_AllRights),
                       o->origin, "share a frame");
}

static int map_frame(uint32_t vspace, uint32_t frame, uint64_t vaddr, uint32_t rights,
                     uint32_t attributes)
{
    struct plan_object *o = plan_object(&loader.plan, frame);
    seL4_CPtr cap;
    if (capability_to_map(o, &cap))
        return -1;
    loader.mappings++;
    return kernel_says(seL4_X86_Page_Map(cap, plan_object(&loader.plan, vspace)->slot, vaddr,
                                         map_rights(rights), map_attributes(attributes)),
                       o->origin, "map a frame");
}

int map_frames(void)
{
    const struct description *d = &loader.plan.description;
    for (uint32_t i = 0; i < d->map_count; i++) {
        const struct capdl_map *m = &d->maps[i];
        if (plan_object(&loader.plan, m->frame)->left_out)
            continue;
        if (map_frame(m->vspace, m->frame, m->vaddr, m->rights, m->attributes))
            return -1;
    }
    for (uint32_t i = 0; i < loader.plan.pages.count; i++) {
        const struct plan_page *page = &loader.plan.pages.items[i];
        if (page->object != CAPDL_NONE &&
            map_frame(d->instances[page->instance].vspace, page->object, page->vaddr,
                      CAPDL_READ | CAPDL_WRITE, 0))
            return -1;
    }
    return 0;
}

/* Of an image page: the loader's own for the first component that needs it, then copies. */
static int image_capability(const uint8_t *image, const char *who, seL4_CPtr *cap)
{
    uint64_t index = (uint64_t)(image - __executable_start) >> seL4_PageBits;
    seL4_SlotRegion frames = loader.bootinfo->userImageFrames;
    seL4_CPtr own = frames.start + index;
    if (image < __executable_start || own >= frames.end)
        return loader_error("%s: its program is not in the loader's image", who);
    if (!loader.image_taken[index]) {
        loader.image_taken[index] = 1;
        loader.bytes.moved += 1 << seL4_PageBits;
        *cap = own;
        return kernel_says(seL4_X86_Page_Unmap(own), who, "take a page of its program");
    }
    if (slot_take(1, cap))
        return -1;
    return kernel_says(seL4_CNode_Copy(seL4_CapInitThreadCNode, *cap, seL4_WordBits,
                                       seL4_CapInitThreadCNode, own, seL4_WordBits, seL4_CanRead),
                       who, "share a page of its program");
}

static int map_image_run(const struct plan_page *run)
{
    const struct description *d = &loader.plan.description;
    const struct capdl_instance *in = &d->instances[run->instance];
    const char *who = description_string(d, in->name);
    seL4_CPtr vspace = plan_object(&loader.plan, in->vspace)->slot;
    for (uint64_t offset = 0; offset < run->count * PAGE_SIZE_4K; offset += PAGE_SIZE_4K) {
        seL4_CPtr cap;
        loader.mappings++;
        if (image_capability(run->image + offset, who, &cap) ||
            kernel_says(seL4_X86_Page_Map(cap, vspace, run->vaddr + offset, seL4_CanRead,
                                          seL4_X86_Default_VMAttributes),
                        who, "map a page of its program"))
            return -1;
    }
    return 0;
}

int map_image_pages(void)
{
    for (uint32_t i = 0; i < loader.plan.pages.count; i++) {
        const struct plan_page *page = &loader.plan.pages.items[i];
        if (page->object == CAPDL_NONE && map_image_run(page))
            return -1;
    }
    return 0;
}
