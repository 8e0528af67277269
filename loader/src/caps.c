/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hands out capabilities: who gets which, with which rights and badge.
 */
#include "loader.h"

/* A copy with rights and badge or guard. */
static seL4_Error mint(const struct capdl_cap *c, seL4_CPtr cnode, uint8_t depth, seL4_CPtr from,
                       enum capdl_type type, const struct capdl_object *object)
{
    seL4_CapRights_t rights =
        seL4_CapRights_new((c->rights & CAPDL_GRANT_REPLY) != 0, (c->rights & CAPDL_GRANT) != 0,
                           (c->rights & CAPDL_READ) != 0, (c->rights & CAPDL_WRITE) != 0);
    seL4_Word badge = c->badge;
    if (type == CAPDL_CNODE) {
        rights = seL4_AllRights;
        if (badge == 0)
            badge = seL4_CNode_CapData_new(0, seL4_WordBits - object->size_bits).words[0];
    }
    if (badge) {
        return seL4_CNode_Mint(cnode, c->slot, depth, seL4_CapInitThreadCNode, from, seL4_WordBits,
                               rights, badge);
    }
    return seL4_CNode_Copy(cnode, c->slot, depth, seL4_CapInitThreadCNode, from, seL4_WordBits,
                           rights);
}

static int give(const struct capdl_cap *c)
{
    const struct description *d = &loader.plan.description;
    const struct capdl_object *object = &d->objects[c->object];
    struct plan_object *o = plan_object(&loader.plan, c->object);
    seL4_CPtr cnode = plan_object(&loader.plan, c->cnode)->slot;
    uint8_t depth = (uint8_t)d->objects[c->cnode].size_bits;
    struct capdl_cap all = *c;
    if (o->left_out)
        return 0;
    loader.capabilities++;
    switch ((enum capdl_type)object->type) {
    case CAPDL_UNTYPED:
    case CAPDL_IRQ_CONTROL:
    case CAPDL_IOPORT_CONTROL:
        /* These cannot be shared, they move. */
        if (o->slot == 0)
            return loader_error("%s: two components are to hold it", object_name(c->object));
        seL4_CPtr from = o->slot;
        o->slot = 0;
        return kernel_says(
            seL4_CNode_Move(cnode, c->slot, depth, seL4_CapInitThreadCNode, from, seL4_WordBits),
            object_name(c->object), "be moved to its component");
    case CAPDL_ENDPOINT:
    case CAPDL_NOTIFICATION:
    case CAPDL_FRAME:
    case CAPDL_CNODE:
        break;
    default:
        /* Kinds without rights. */
        all.rights = CAPDL_READ | CAPDL_WRITE | CAPDL_GRANT | CAPDL_GRANT_REPLY;
        all.badge = 0;
        break;
    }
    return kernel_says(mint(&all, cnode, depth, o->slot, object->type, object),
                       object_name(c->object), "be given to its component");
}

int distribute_caps(void)
{
    const struct description *d = &loader.plan.description;
    for (uint32_t i = 0; i < d->cap_count; i++)
        if (give(&d->caps[i]))
            return -1;
    return 0;
}
