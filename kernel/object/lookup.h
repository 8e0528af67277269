/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a capability address to a slot. The usual case is inline: it is part of every system call.
 */
#pragma once

#include "api/invocation.h"
#include "state/thread.h"

/*
 * The usual shape of a CSpace: one CNode whose guard takes all bits that its radix leaves. NULL for
 * any other, or if the guard does not match.
 */
static inline struct slot *lookup_quick(const struct tcb *t, uint64_t cptr)
{
    const struct cap *root = &t->slots[TCB_CSPACE].cap;
    unsigned head = cap_head(root);
    unsigned radix = CAP_HEAD_FLAGS(head), guard_size = cap_cnode_guard_size(*root);
    _Static_assert(CNODE_RADIX_MAX < seL4_WordBits, "so the guard is never empty");
    /* Both questions in one: a CNode, and radix and guard take all bits. */
    if (head + CAP_HEAD(0, guard_size) != CAP_HEAD(CAP_CNODE, seL4_WordBits))
        return NULL;
    if (cptr >> radix != cap_cnode_guard(*root))
        return NULL;
    uint64_t index = cptr << guard_size >> guard_size;
    return &((struct slot *)cap_object_quick(root))[index];
}

/*
 * Resolve `cptr` in the thread's CSpace, all 64 bits. NULL: the reason is left in the core's
 * `error` (the lookup-failure part).
 */
struct slot *lookup_slot(struct tcb *thread, uint64_t cptr);
/*
 * The slot that a CNode invocation names by a root capability, an index and a depth. Returns a
 * seL4_Error; `is_source` is only reported along with it.
 */
int lookup_slot_in(struct cap root, uint64_t index, uint64_t depth, bool is_source,
                   struct slot **slot);
/* The same, and it must be empty: for the destinations of new capabilities. */
int lookup_empty_slot(struct cap root, uint64_t index, uint64_t depth, struct slot **slot);

/* Both for arguments `i` and `i + 1` of an invocation: index and depth. */
static inline int lookup_argument(const struct invocation *inv, struct cap root, unsigned i,
                                  bool is_source, struct slot **slot)
{
    return lookup_slot_in(root, invocation_arg(inv, i), invocation_arg(inv, i + 1), is_source,
                          slot);
}

static inline int lookup_empty_argument(const struct invocation *inv, struct cap root, unsigned i,
                                        struct slot **slot)
{
    return lookup_empty_slot(root, invocation_arg(inv, i), invocation_arg(inv, i + 1), slot);
}
