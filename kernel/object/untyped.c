/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory. A watermark in the capability says how much of the region is handed out; once no
 * child is left, it falls back to zero. Fresh objects are cleared here, in pieces: how far an
 * interrupted Retype got is kept in the capability, so it continues where it stopped.
 */
#include "api/invocation.h"
#include "cpu/lapic.h"
#include "object/lookup.h"
#include "object/object.h"
#include <base/string.h>
#include <sel4/constants.h>
#include <sel4/objecttype.h>

#define FAN_OUT_LIMIT 256

/* A checked request: what to make, from where, into which slots. */
struct retype {
    const struct object_type *type;
    unsigned user_bits, object_bits;
    struct slot *slots;
    unsigned count;
    uint64_t start, end; /* offsets in the region */
};

/* The size that the caller gave, if it counts, and the object's. */
static int check_size(uint64_t user_bits, struct retype *r)
{
    const struct object_type *type = r->type;
    if (user_bits >= seL4_WordBits)
        return error_range(0, seL4_MaxUntypedBits);
    if (type->user_max == 0)
        user_bits = 0;
    else if (user_bits < type->user_min)
        return error_argument(1);
    else if (user_bits > type->user_max)
        return error_range(type->user_min, type->user_max);
    r->user_bits = (unsigned)user_bits;
    r->object_bits = type->size_bits + r->user_bits;
    return type->check ? type->check() : 0;
}

/* The CNode that receives the new capabilities, and its window of empty slots. */
static int find_slots(const struct invocation *inv, struct retype *r)
{
    struct cap node = inv->extra[0]->cap;
    uint64_t depth = invocation_arg(inv, 3);
    uint64_t offset = invocation_arg(inv, 4), count = invocation_arg(inv, 5);
    if (depth) {
        struct slot *slot;
        int error = lookup_argument(inv, node, 2, false, &slot);
        if (error)
            return error;
        node = slot->cap;
    }
    if (node.type != CAP_CNODE)
        return error_lookup(false, depth);
    uint64_t size = BIT(cap_cnode_radix(node));
    if (offset >= size)
        return error_range(0, size - 1);
    if (count < 1 || count > FAN_OUT_LIMIT)
        return error_range(1, FAN_OUT_LIMIT);
    if (count > size - offset)
        return error_range(1, size - offset);
    r->slots = (struct slot *)cap_object(node) + offset;
    r->count = (unsigned)count;
    for (unsigned i = 0; i < count; i++)
        if (!slot_is_empty(&r->slots[i]))
            return seL4_DeleteFirst;
    return 0;
}

/* Room above the watermark. */
static int find_memory(struct cap untyped, uint64_t free, struct retype *r)
{
    uint64_t region = BIT(cap_untyped_size_bits(untyped));
    uint64_t start = ROUND_UP(free, BIT(r->object_bits));
    if (start > region || (uint64_t)r->count > (region - start) >> r->object_bits)
        return error_memory(region - free);
    r->start = start;
    r->end = start + ((uint64_t)r->count << r->object_bits);
    return 0;
}

/*
 * Make the memory of the new objects zero. What lies between the watermark and `start` is lost for
 * now anyway, so the watermark may move up when the work is interrupted.
 */
static int clear_objects(struct slot *slot, const struct retype *r, uint64_t *clean_end)
{
    char *base = cap_object(slot->cap);
    uint64_t at = MAX(*clean_end, r->start);

    while (at < r->end) {
        uint64_t size = MIN(r->end - at, BIT(UNTYPED_CHUNK_BITS));
        memset(base + at, 0, size);
        at += size;
        if (at < r->end && lapic_requested()) {
            cap_untyped_set(&slot->cap, r->start, at - r->start);
            return KERNEL_PREEMPTED;
        }
    }
    *clean_end = MAX(*clean_end, r->end);
    return 0;
}

static int retype(struct slot *slot, const struct retype *r, uint64_t clean_end)
{
    bool device = cap_untyped_device(slot->cap);
    if (!device && !r->type->keep_data) {
        int status = clear_objects(slot, r, &clean_end);
        if (status)
            return status;
    }
    cap_untyped_set(&slot->cap, r->end, clean_end > r->end ? clean_end - r->end : 0);
    char *memory = (char *)cap_object(slot->cap) + r->start;
    slot_insert_row(r->slots, r->count, object_create(r->type, memory, r->user_bits, device),
                    BIT(r->object_bits), slot);
    return 0;
}

static int untyped_invoke(struct invocation *inv)
{
    if (inv->label != UntypedRetype)
        return seL4_IllegalOperation;
    if (!invocation_has(inv, 6, 1))
        return seL4_TruncatedMessage;

    struct slot *slot = inv->slot;
    struct retype r = {.type = object_type(invocation_arg(inv, 0))};
    if (!r.type)
        return error_argument(0);
    int error = check_size(invocation_arg(inv, 1), &r) ?: find_slots(inv, &r);
    if (error)
        return error;
    if (cap_untyped_device(slot->cap) && !r.type->device_flag)
        return error_argument(1);

    uint64_t free = cap_untyped_free(slot->cap), clean = cap_untyped_clean(slot->cap);
    if (free && !slot_has_children(slot))
        free = clean = 0;
    return find_memory(slot->cap, free, &r) ?: retype(slot, &r, free + clean);
}

static int untyped_derive(const struct slot *slot, struct cap *cap)
{
    /* Copies that could hand out the same memory must not come to be. */
    (void)cap;
    return slot_has_children(slot) ? seL4_RevokeFirst : 0;
}

static bool untyped_same_object(struct cap a, struct cap b)
{
    return a.ptr == b.ptr && cap_untyped_size_bits(a) == cap_untyped_size_bits(b);
}

const struct cap_ops untyped_ops = {
    .name = "untyped",
    .size_bits_of = cap_untyped_size_bits,
    .derive = untyped_derive,
    .same_object = untyped_same_object,
    .invoke = untyped_invoke,
};
