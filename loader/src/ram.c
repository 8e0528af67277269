/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM at addresses that the description fixes. It is taken before anything else is placed; what
 * lies below it in its untyped becomes untypeds of their own, for all others.
 */
#include "loader.h"

static bool is_to_take(uint32_t object)
{
    const struct plan_object *o = plan_object(&loader.plan, object);
    return loader.plan.description.objects[object].flags & CAPDL_RAM && !o->slot && !o->left_out;
}

static struct place_untyped *find_untyped(uint64_t paddr, uint64_t size)
{
    struct placement *p = &loader.placement;
    for (uint32_t i = 0; i < p->untyped_count; i++) {
        struct place_untyped *u = &p->untypeds[i];
        if (paddr >= u->paddr + u->used && paddr + size <= u->paddr + BIT(u->bits))
            return u;
    }
    return NULL;
}

static int take(struct place_untyped *u, unsigned bits, const char *who, seL4_CPtr *slot)
{
    if (slot_take(1, slot) ||
        kernel_says(seL4_Untyped_Retype(u->cap, seL4_UntypedObject, bits, seL4_CapInitThreadCNode,
                                        0, 0, *slot, 1),
                    who, "get RAM at its address"))
        return -1;
    u->used += BIT(bits);
    return 0;
}

static int set_aside_to(struct place_untyped *u, uint64_t paddr, const char *who)
{
    struct placement *p = &loader.placement;
    for (uint64_t at; (at = u->paddr + u->used) < paddr;) {
        unsigned bits = block_bits(at, paddr);
        struct place_untyped *block = &p->untypeds[p->untyped_count];
        if (p->untyped_count == LOADER_UNTYPEDS_MAX)
            return loader_error("%s: RAM at fixed addresses is in too many places", who);
        if (take(u, bits, who, &block->cap))
            return -1;
        *block = (struct place_untyped){block->cap, at, 0, (uint8_t)bits};
        p->untyped_count++;
    }
    return 0;
}

static int take_ram(uint32_t object)
{
    const struct capdl_object *d = &loader.plan.description.objects[object];
    struct plan_object *o = plan_object(&loader.plan, object);
    struct place_untyped *u = find_untyped(d->paddr, BIT(d->size_bits));
    if (!u)
        return lacking(object,
                       loader_error("%s: 0x%lx … 0x%lx is not RAM of this machine, or not all of "
                                    "it is free",
                                    o->origin, d->paddr, d->paddr + MASK(d->size_bits)));
    if (set_aside_to(u, d->paddr, o->origin) || take(u, d->size_bits, o->origin, &o->slot))
        return -1;
    loader.objects_made++;
    loader.bytes.handed_out += BIT(d->size_bits);
    return 0;
}

/* In order of address, as untypeds only go upwards. */
int take_fixed_ram(void)
{
    const struct description *d = &loader.plan.description;
    for (;;) {
        uint32_t next = CAPDL_NONE;
        for (uint32_t i = 0; i < d->object_count; i++)
            if (is_to_take(i) &&
                (next == CAPDL_NONE || d->objects[i].paddr < d->objects[next].paddr))
                next = i;
        if (next == CAPDL_NONE)
            return 0;
        if (take_ram(next))
            return -1;
    }
}
