/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a capability address to a slot: guarded page-table style resolution (seL4 reference manual,
 * 3.3). Each step consumes at least one bit, so a loop of CNodes ends, too.
 */
#include "object/lookup.h"
#include "api/invocation.h"
#include "object/object.h"

static struct slot *lookup_failed(unsigned kind, uint64_t bits_left, uint64_t guard,
                                  uint64_t bits_found)
{
    struct api_error *e = &this_core()->error;
    e->lookup = kind;
    e->bits_left = bits_left;
    e->guard_found = guard;
    e->bits_found = bits_found;
    return NULL;
}

/*
 * Walks at most *bits bits of `cptr`; *bits is what is left when a capability that is no CNode ends
 * the walk early.
 */
static struct slot *resolve(struct cap cap, uint64_t cptr, unsigned *bits)
{
    unsigned left = *bits;

    if (cap.type != CAP_CNODE)
        return lookup_failed(seL4_InvalidRoot, 0, 0, 0);
    for (;;) {
        unsigned guard_size = cap_cnode_guard_size(cap), radix = cap_cnode_radix(cap);
        uint64_t guard = cap_cnode_guard(cap);
        if (guard_size > left ||
            (guard_size && (cptr >> (left - guard_size) & MASK(guard_size)) != guard))
            return lookup_failed(seL4_GuardMismatch, left, guard, guard_size);
        if (guard_size + radix > left)
            return lookup_failed(seL4_DepthMismatch, left, 0, guard_size + radix);
        left -= guard_size + radix;
        struct slot *slot = (struct slot *)cap_object(cap) + (cptr >> left & MASK(radix));
        if (left == 0 || slot->cap.type != CAP_CNODE) {
            *bits = left;
            return slot;
        }
        cap = slot->cap;
    }
}

struct slot *lookup_slot(struct tcb *thread, uint64_t cptr)
{
    struct slot *slot = lookup_quick(thread, cptr);
    if (slot)
        return slot;
    unsigned bits = seL4_WordBits;
    return resolve(thread->slots[TCB_CSPACE].cap, cptr, &bits);
}

int lookup_slot_in(struct cap root, uint64_t index, uint64_t depth, bool is_source,
                   struct slot **slot)
{
    if (root.type != CAP_CNODE) {
        lookup_failed(seL4_InvalidRoot, 0, 0, 0);
        return error_failed_lookup(is_source);
    }
    if (depth < 1 || depth > seL4_WordBits)
        return error_range(1, seL4_WordBits);
    unsigned bits = (unsigned)depth;
    *slot = resolve(root, index, &bits);
    if (!*slot) {
        error_failed_lookup(is_source);
        return seL4_FailedLookup;
    }
    if (bits) {
        lookup_failed(seL4_DepthMismatch, bits, 0, depth - bits);
        return error_failed_lookup(is_source);
    }
    return 0;
}

int lookup_empty_slot(struct cap root, uint64_t index, uint64_t depth, struct slot **slot)
{
    return lookup_slot_in(root, index, depth, false, slot)
               ?: slot_is_empty(*slot) ? 0
                                       : seL4_DeleteFirst;
}
