/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deletion and revocation in bounded steps.
 *
 * When the last capability of a container (a CNode, or a thread with its few slots) goes, its slot
 * becomes a zombie: the container is out of service, and its slots are cleared one at a time. What
 * that finds may be a last capability of another container, whose slot becomes a zombie in turn.
 * All zombies of the core form one stack (linked through their data words); only the top one is
 * worked on, and the deletion of a slot is over when that slot is empty. Whoever preempts a
 * deletion puts its own zombies on top, so it waits for nobody of lower priority.
 *
 * Between two steps everything is consistent: the work may stop there for good. A zombie keeps its
 * place in the derivation list, so its memory cannot be reused before it is cleared.
 *
 * Containers may contain each other. If a step finds a slot that is a zombie already (further down
 * the stack), the two slots exchange their containers: the container being cleared then holds its
 * own zombie, and nothing outside it refers to it any more. Such an orphan has no deleter waiting
 * for it and is finished by whoever comes upon it at the top of the stack.
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

/* The zombie stands in the very container that it clears. */
static bool zombie_is_orphan(const struct slot *zombie)
{
    uint64_t at = (uint64_t)zombie, start = cap_addr(zombie->cap);
    return at - start < BIT(zombie_size_bits(zombie->cap));
}

static void make_zombie(struct slot *slot)
{
    struct core *core = this_core();
    bool thread = slot->cap.type == CAP_THREAD;
    unsigned radix = thread ? 0 : cap_cnode_radix(slot->cap);

    slot->cap = cap_zombie(cap_object(slot->cap), thread, radix, core->zombies);
    slot_zombie_set_left(slot, thread ? TCB_SLOT_COUNT : 1u << radix);
    core->zombies = slot;
}

/* Take the capability out of service; the slot is empty or a zombie afterwards. */
static void retire(struct slot *slot)
{
    const struct cap_ops *ops = cap_ops[slot->cap.type];
    bool final = slot_is_final(slot);
    bool container = slot->cap.type == CAP_CNODE || slot->cap.type == CAP_THREAD;

    if (ops->finalise)
        ops->finalise(slot, final);
    if (final && container)
        make_zombie(slot);
    else
        slot_clear(slot);
}

/* The containers change places; each slot keeps its place in the stack. */
static void exchange_zombies(struct slot *a, struct slot *b)
{
    struct cap cap_a = a->cap, cap_b = b->cap;
    cap_zombie_set_below(&cap_a, cap_zombie_below(b->cap));
    cap_zombie_set_below(&cap_b, cap_zombie_below(a->cap));
    slot_swap(a, cap_a, b, cap_b); /* the counts travel along */
}

/* One step on the top of the stack. */
static void clear_step(struct slot *zombie)
{
    unsigned left = slot_zombie_left(zombie);
    kassert(zombie->cap.type == CAP_ZOMBIE);
    if (left == 0) {
        this_core()->zombies = cap_zombie_below(zombie->cap);
        slot_clear(zombie);
        return;
    }
    struct slot *victim = (struct slot *)cap_object(zombie->cap) + --left;
    slot_zombie_set_left(zombie, left);
    if (victim == zombie || slot_is_empty(victim))
        return;
    if (victim->cap.type == CAP_ZOMBIE)
        exchange_zombies(zombie, victim);
    else
        retire(victim);
}

/* Work until `slot` (if any) is no zombie and no orphan lies on top. */
static int clear_zombies(const struct slot *slot)
{
    struct core *core = this_core();
    while (core->zombies &&
           ((slot && slot->cap.type == CAP_ZOMBIE) || zombie_is_orphan(core->zombies))) {
        clear_step(core->zombies);
        if (preemption_point())
            return KERNEL_PREEMPTED;
    }
    return 0;
}

int slot_delete(struct slot *slot)
{
    if (!slot_is_empty(slot) && slot->cap.type != CAP_ZOMBIE)
        retire(slot);
    return clear_zombies(slot);
}

int slot_revoke(struct slot *slot)
{
    if (slot_is_empty(slot))
        return clear_zombies(NULL);
    while (slot_has_children(slot)) {
        int status = slot_delete(slot_next(slot));
        if (status)
            return status;
        /* The slot itself may have stood in a container that went. */
        if (slot_is_empty(slot))
            return 0;
        if (slot_has_children(slot) && preemption_point())
            return KERNEL_PREEMPTED;
    }
    return 0;
}
