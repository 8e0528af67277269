/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/derivation.h"
#include "cpu/print.h"
#include "object/object.h"
#include "state/thread.h"
#include "virt/vcpu_hooks.h"

static unsigned cap_size_bits(struct cap cap)
{
    const struct cap_ops *ops = cap_ops[cap.type];
    return ops->size_bits_of ? ops->size_bits_of(cap) : ops->size_bits;
}

bool cap_same_object(struct cap a, struct cap b)
{
    if (a.type != b.type)
        return false;
    const struct cap_ops *ops = cap_ops[a.type];
    return ops->same_object ? ops->same_object(a, b) : a.ptr == b.ptr;
}

/* All of the object's memory lies in the untyped region. */
static bool untyped_covers(struct cap untyped, struct cap cap)
{
    unsigned bits = cap_size_bits(cap);
    if (!bits)
        return false;
    uint64_t start = cap_addr(untyped), end = start + MASK(cap_untyped_size_bits(untyped));
    uint64_t first = cap_addr(cap), last = first + MASK(bits);
    return first >= start && last <= end;
}

/* True if `child`, the node right after `parent` or after its descendants, descends from it. */
static bool slot_is_parent(const struct slot *parent, const struct slot *child)
{
    if (!parent->original)
        return false;
    struct cap p = parent->cap, c = child->cap;
    switch (p.type) {
    case CAP_UNTYPED:
        return untyped_covers(p, c);
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        if (!cap_same_object(p, c))
            return false;
        /* A badged original covers its plain copies, not another original of the same badge. */
        return cap_badge(p) == 0 || (cap_badge(p) == cap_badge(c) && !child->original);
    case CAP_IOSPACE:
        return c.type == CAP_IOSPACE && (!cap_table_mapped(p) || cap_same_object(p, c));
    case CAP_IRQ_CONTROL:
        return c.type == CAP_IRQ_HANDLER;
    case CAP_IOPORT_CONTROL:
        return c.type == CAP_IOPORT;
    default:
        return cap_same_object(p, c);
    }
}

bool slot_has_children(const struct slot *slot)
{
    const struct slot *next = slot_next(slot);
    return next && slot_is_parent(slot, next);
}

bool slot_is_final(const struct slot *slot)
{
    const struct slot *prev = slot_prev(slot), *next = slot_next(slot);
    return !(prev && cap_same_object(prev->cap, slot->cap)) &&
           !(next && cap_same_object(next->cap, slot->cap));
}

/* An invariant, for debug builds: the neighbours agree that `slot` stands between them. */
static void check_links(const struct slot *slot)
{
    kassert(!slot_prev(slot) || slot_next(slot_prev(slot)) == slot);
    kassert(!slot_next(slot) || slot_prev(slot_next(slot)) == slot);
    kassert(!slot_is_empty(slot) || (!slot_prev(slot) && !slot_next(slot)));
}

static void link_after(struct slot *slot, struct slot *left)
{
    struct slot *right = left ? slot_next(left) : NULL;
    slot->prev = (uint64_t)left;
    slot->next = (uint64_t)right;
    if (left)
        left->next = (uint64_t)slot;
    if (right)
        right->prev = (uint64_t)slot;
}

/* The neighbours point to `slot` again after its links were filled in. */
static void relink(struct slot *slot)
{
    struct slot *prev = slot_prev(slot), *next = slot_next(slot);
    if (prev)
        prev->next = (uint64_t)slot;
    if (next)
        next->prev = (uint64_t)slot;
}

static bool copy_is_original(struct cap copy, struct cap source)
{
    switch (copy.type) {
    case CAP_UNTYPED:
        return true;
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_IOSPACE:
        return cap_badge(copy) != cap_badge(source);
    default:
        return false;
    }
}

void slot_insert(struct slot *dest, struct cap cap, struct slot *src)
{
    kassert(slot_is_empty(dest));
    bool original = copy_is_original(cap, src->cap);
    /* Both copies now name the same memory: only the new one may hand it out. */
    if (cap.type == CAP_UNTYPED && src->cap.type == CAP_UNTYPED)
        cap_untyped_set(&src->cap, BIT(cap_untyped_size_bits(src->cap)), 0);
    *dest = (struct slot){.cap = cap, .original = original};
    link_after(dest, src);
    check_links(dest);
    check_links(src);
}

void slot_insert_original(struct slot *dest, struct cap cap, struct slot *parent)
{
    kassert(slot_is_empty(dest));
    *dest = (struct slot){.cap = cap, .original = 1};
    link_after(dest, parent);
    check_links(dest);
}

void slot_insert_row(struct slot *first, unsigned count, struct cap cap, uint64_t size,
                     struct slot *parent)
{
    struct slot *right = slot_next(parent), *last = first + count - 1;
    for (struct slot *slot = first; slot <= last; slot++) {
        *slot = (struct slot){
            .cap = cap, .next = (uint64_t)(slot + 1), .original = 1, .prev = (uint64_t)(slot - 1)};
        cap.ptr += size;
    }
    parent->next = (uint64_t)first;
    first->prev = (uint64_t)parent;
    last->next = (uint64_t)right;
    if (right)
        right->prev = (uint64_t)last;
    check_links(first);
    check_links(last);
}

/* Some capabilities are known by their places: replies to their thread, I/O ports to a VCPU. */
static void note_place(struct slot *slot)
{
    if (slot->cap.type == CAP_REPLY)
        ((struct tcb *)cap_object(slot->cap))->reply_slot = slot;
    else if (slot->cap.type == CAP_IOPORT)
        vcpu_ioport_moved(slot);
}

void slot_move(struct slot *dest, struct cap cap, struct slot *src)
{
    kassert(slot_is_empty(dest));
    *dest = *src;
    dest->cap = cap;
    *src = (struct slot){0};
    relink(dest);
    check_links(dest);
    note_place(dest);
}

void slot_swap(struct slot *a, struct cap cap_a, struct slot *b, struct cap cap_b)
{
    struct slot was_a = *a, was_b = *b;
    *a = was_b;
    *b = was_a;
    a->cap = cap_b;
    b->cap = cap_a;
    /* Neighbours in the list: each still names itself. */
    if (slot_next(&was_a) == b) {
        a->prev = (uint64_t)b;
        b->next = (uint64_t)a;
    } else if (slot_prev(&was_a) == b) {
        a->next = (uint64_t)b;
        b->prev = (uint64_t)a;
    }
    relink(a);
    relink(b);
    check_links(a);
    check_links(b);
    note_place(a);
    note_place(b);
}

void slot_clear(struct slot *slot)
{
    check_links(slot);
    struct slot *prev = slot_prev(slot), *next = slot_next(slot);
    if (prev)
        prev->next = (uint64_t)next;
    if (next)
        next->prev = (uint64_t)prev;
    *slot = (struct slot){0};
}
