/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deletion and revocation in bounded steps.
 *
 * When the last capability of a container (a CNode, or a thread with its few slots) goes, its slot
 * becomes a zombie: the container is out of service, and its slots are cleared one at a time, from
 * the last to the first. The zombie of the capability that was to be deleted stays in its slot, so
 * whoever repeats the system call finds it there; it is the root of its deletion. What it finds may
 * be the last capability of another container. The zombie of that one changes places with the last
 * slot of its own container and joins the root's list; the root is worked on after its list is
 * empty. So a deletion knows its own victims, and nobody else has to: there is no order between
 * deletions, nothing is nested, and each step finds its work at once.
 *
 * A zombie inside of its container moves down as the slots below it are cleared: its place tells
 * how far it is, and the room saved holds the way back in the list. So any member can leave a list
 * when it is met by a revocation, which then makes it the root of its own deletion.
 *
 * Between two steps everything is consistent: the work may stop there for good. A zombie keeps its
 * place in the derivation list, so its memory cannot be reused before it is cleared.
 */
#include "object/delete.h"
#include "api/invocation.h"
#include "cpu/print.h"
#include "object/object.h"

static unsigned zombie_size_bits(struct cap cap)
{
    return cap_zombie_is_thread(cap) ? seL4_TCBBits : cap_zombie_radix(cap) + seL4_SlotBits;
}

const struct cap_ops zombie_ops = {.name = "zombie", .size_bits_of = zombie_size_bits};

/* --- Where zombies are --- */

static struct slot *first_slot(const struct slot *zombie)
{
    return cap_object(zombie->cap);
}

/* The zombie stands in the very container that it clears: what comes after it is empty. */
static bool is_inside(const struct slot *zombie)
{
    uint64_t offset = (uint64_t)zombie - cap_addr(zombie->cap);
    return offset < BIT(zombie_size_bits(zombie->cap));
}

static unsigned slots_left(const struct slot *zombie)
{
    return is_inside(zombie) ? (unsigned)(zombie - first_slot(zombie)) : slot_zombie_left(zombie);
}

/* --- The list of a root; its members are inside --- */

static struct slot *next_zombie(const struct slot *zombie)
{
    return cap_zombie_next(zombie->cap);
}

static struct slot *previous_zombie(const struct slot *zombie)
{
    return is_inside(zombie) ? slot_zombie_previous(zombie) : NULL;
}

/* It has moved: the next one of the list, and the one before, find it in its new place. */
static void tell_next(struct slot *zombie)
{
    if (next_zombie(zombie))
        slot_zombie_set_previous(next_zombie(zombie), zombie);
}

static void tell_previous(struct slot *zombie)
{
    if (previous_zombie(zombie))
        cap_zombie_set_next(&previous_zombie(zombie)->cap, zombie);
}

static void join_list(struct slot *zombie, struct slot *root)
{
    cap_zombie_set_next(&zombie->cap, next_zombie(root));
    slot_zombie_set_previous(zombie, root);
    tell_next(zombie);
    tell_previous(zombie);
}

/* A root stays what it is; so does its list. */
static void leave_list(struct slot *zombie)
{
    struct slot *previous = previous_zombie(zombie), *next = next_zombie(zombie);
    if (!previous)
        return;
    cap_zombie_set_next(&previous->cap, next);
    if (next)
        slot_zombie_set_previous(next, previous);
    slot_zombie_set_previous(zombie, NULL);
    cap_zombie_set_next(&zombie->cap, NULL);
}

/*
 * From a slot elsewhere into the container, in exchange for what is cleared next. Returns the
 * zombie's new place. What comes out may be the zombie of the container that the slot belongs to,
 * and then has to go inside, too: there is no other one of that container, so that is all.
 */
static struct slot *go_inside(struct slot *zombie)
{
    struct slot *result = NULL;
    for (;;) {
        struct slot *place = first_slot(zombie) + slot_zombie_left(zombie) - 1;
        if (place != zombie)
            slot_swap(zombie, zombie->cap, place, place->cap);
        slot_zombie_set_previous(place, NULL);
        tell_next(place);
        result = result ?: place;
        if (place == zombie || zombie->cap.type != CAP_ZOMBIE)
            return result;
        tell_next(zombie);
        if (!is_inside(zombie))
            return result;
    }
}

/* --- The steps --- */

static void make_zombie(struct slot *slot)
{
    bool thread = slot->cap.type == CAP_THREAD;
    unsigned radix = thread ? 0 : cap_cnode_radix(slot->cap);

    slot->cap = cap_zombie(cap_object(slot->cap), thread, radix);
    slot_zombie_set_left(slot, thread ? TCB_SLOT_COUNT : 1u << radix);
    if (is_inside(slot))
        go_inside(slot);
}

/* Take the capability out of service; in the end the slot is empty or a zombie. */
static void retire(struct slot *slot)
{
    const struct cap_ops *ops = cap_ops[slot->cap.type];
    bool final = slot_is_final(slot);
    bool container = slot->cap.type == CAP_CNODE || slot->cap.type == CAP_THREAD;

    if (final && ops->drain && ops->drain(slot))
        return;
    if (ops->finalise)
        ops->finalise(slot, final);
    if (final && container)
        make_zombie(slot);
    else
        slot_clear(slot);
}

/* A slot of a container being cleared holds the root of another deletion: its victims are ours. */
static void take_over(struct slot *other, struct slot *root)
{
    struct slot *member = next_zombie(other);
    if (other == root) {
        go_inside(other);
    } else if (member) {
        leave_list(member);
        join_list(member, root);
    } else if (slots_left(other) == 0) {
        slot_clear(other);
    } else {
        join_list(go_inside(other), root);
    }
}

/* The slot after the last that is left is empty. */
static void advance(struct slot *zombie, unsigned left)
{
    if (is_inside(zombie)) {
        struct slot *place = first_slot(zombie) + left;
        slot_move(place, zombie->cap, zombie);
        tell_next(place);
        tell_previous(place);
    } else {
        slot_zombie_set_left(zombie, left);
    }
}

/* One step of the deletion with this root. */
static void clear_step(struct slot *root)
{
    struct slot *zombie = next_zombie(root) ?: root;
    unsigned left = slots_left(zombie);
    if (left == 0) {
        leave_list(zombie);
        slot_clear(zombie);
        return;
    }
    struct slot *victim = first_slot(zombie) + left - 1;
    if (victim->cap.type == CAP_ZOMBIE) {
        take_over(victim, root);
        return;
    }
    if (!slot_is_empty(victim))
        retire(victim);
    if (victim->cap.type == CAP_ZOMBIE)
        join_list(go_inside(victim), root);
    else if (slot_is_empty(victim))
        advance(zombie, left - 1);
}

void slot_delete_step(struct slot *slot)
{
    if (slot->cap.type != CAP_ZOMBIE) {
        retire(slot);
        return;
    }
    leave_list(slot);
    clear_step(slot);
}

int slot_delete(struct slot *slot)
{
    while (!slot_is_empty(slot)) {
        slot_delete_step(slot);
        if (!slot_is_empty(slot) && preemption_point())
            return KERNEL_PREEMPTED;
    }
    return 0;
}

int slot_revoke(struct slot *slot)
{
    const struct cap cap = slot->cap;
    while (slot_has_children(slot)) {
        slot_delete_step(slot_next(slot));
        /* The slot itself may have stood in a container that went. */
        if (!cap_equal(&slot->cap, &cap))
            return 0;
        if (slot_has_children(slot) && preemption_point())
            return KERNEL_PREEMPTED;
    }
    return 0;
}
