/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the objects that come out of RAM, in the order that the placement found.
 */
#include "loader.h"

/* ASID pools are made out of an untyped each, which the pool then occupies for good. */
static int make_asid_pool(uint32_t object)
{
    struct plan_object *o = plan_object(&loader.plan, object);
    seL4_CPtr untyped = o->slot;
    if (slot_take(1, &o->slot) ||
        kernel_says(seL4_X86_ASIDControl_MakePool(seL4_CapASIDControl, untyped,
                                                  seL4_CapInitThreadCNode, o->slot, seL4_WordBits),
                    object_name(object), "make its ASID pool"))
        return -1;
    return kernel_says(seL4_CNode_Delete(seL4_CapInitThreadCNode, untyped, seL4_WordBits),
                       object_name(object), "release its untyped");
}

static void count_bytes(const struct plan_object *o)
{
    uint64_t bytes = BIT(o->mem_bits);
    loader.objects_made++;
    if (o->type == seL4_UntypedObject && o->mem_bits != seL4_ASIDPoolBits)
        loader.bytes.handed_out += bytes;
    else
        loader.bytes.components += bytes;
}

static int make_run(const struct place_run *run)
{
    struct placement *p = &loader.placement;
    seL4_CPtr slot;
    if (memory_make(run->untyped, plan_object(&loader.plan, p->order[run->first]), run->count,
                    &slot))
        return -1;
    for (uint32_t i = 0; i < run->count; i++) {
        struct plan_object *o = plan_object(&loader.plan, p->order[run->first + i]);
        o->slot = slot + i;
        count_bytes(o);
    }
    return 0;
}

/* At most so many untypeds lie between two device objects of one untyped (device.c). */
#define MAX_FILLERS (2 * seL4_MaxUntypedBits)

/* The lists of the steps to come. After the placement there may be no memory for them. */
static int reserve_lists(void)
{
    const struct description *d = &loader.plan.description;
    seL4_SlotRegion frames = loader.bootinfo->userImageFrames;
    size_t fillers = 0;
    for (uint32_t i = 0; i < d->object_count; i++)
        if (d->objects[i].flags & CAPDL_DEVICE && !device_follows(d, i))
            fillers += MAX_FILLERS;
    loader.image_taken = arena_alloc(&loader_arena, frames.end - frames.start);
    loader.fillers.items = arena_alloc(&loader_arena, fillers * sizeof(*loader.fillers.items));
    loader.fillers.capacity = fillers;
    return loader.image_taken && loader.fillers.items ? 0 : -1;
}

int create_objects(void)
{
    struct placement *p = &loader.placement;
    const struct description *d = &loader.plan.description;
    if (reserve_lists() || take_fixed_ram() || place_objects(p, &loader.plan))
        return -1;
    for (uint32_t i = 0; i < p->runs.count; i++)
        if (make_run(&p->runs.items[i]))
            return -1;
    for (uint32_t i = 0; i < d->object_count; i++) {
        if (d->objects[i].type == CAPDL_ASID_POOL && make_asid_pool(i))
            return -1;
        if (d->objects[i].type == CAPDL_VSPACE &&
            kernel_says(seL4_X86_ASIDPool_Assign(seL4_CapInitThreadASIDPool,
                                                 plan_object(&loader.plan, i)->slot),
                        object_name(i), "get an address space identifier"))
            return -1;
    }
    return 0;
}
