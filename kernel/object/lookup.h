/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The usual case of a capability lookup, inline: it is part of every system call.
 */
#pragma once

#include "state/thread.h"

/* Type and flags of a capability in one number, as they stand in the top of its first word. */
static inline unsigned cap_head(const struct cap *cap)
{
    return ((const uint16_t *)cap)[3];
}

#define CAP_HEAD(type, flags) ((type) | (flags) << 6)
#define CAP_HEAD_TYPE         63u

/* The address of an object, read in one piece. */
static inline uint64_t cap_object_quick(const struct cap *cap)
{
    return (uint64_t)(*(const int64_t *)cap << 16 >> 16);
}

/*
 * The usual shape of a CSpace: one CNode whose guard takes all bits that its radix leaves. NULL for
 * any other, or if the guard does not match.
 */
static inline struct slot *lookup_quick(const struct tcb *t, uint64_t cptr)
{
    const struct cap *root = &t->slots[TCB_CSPACE].cap;
    unsigned head = cap_head(root);
    unsigned radix = head >> 6, guard_size = cap_cnode_guard_size(*root);
    _Static_assert(CNODE_RADIX_MAX < WORD_BITS, "so the guard is never empty");
    if ((head & CAP_HEAD_TYPE) != CAP_CNODE || radix + guard_size != WORD_BITS)
        return NULL;
    if (cptr >> radix != cap_cnode_guard(*root))
        return NULL;
    uint64_t index = cptr << guard_size >> guard_size;
    return &((struct slot *)cap_object_quick(root))[index];
}
