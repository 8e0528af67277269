/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address-space identifiers: pools, their control capability, and assignment to address spaces.
 */
#include "object/asid.h"
#include "api/invocation.h"
#include "cpu/memory.h"
#include "object/lookup.h"
#include "object/mapping.h"
#include "sched/switch.h"
#include <base/string.h>

#include <sel4/constants.h>

_Static_assert(sizeof(struct asid_pool) == BIT(seL4_ASIDPoolBits), "a pool fills its object");

/* Some address spaces have lost their numbers: none of them may stay loaded. */
static void leave_lost_spaces(void)
{
    vspace_load(this_core(), this_core()->current);
}

void asid_root_finalise(struct slot *slot, bool final)
{
    unsigned asid = cap_mapped_asid(slot->cap);
    if (!final || !asid_is_valid(slot->cap))
        return;
    asid_pools[asid / ASID_POOL_SIZE]->root[asid % ASID_POOL_SIZE] = 0;
    leave_lost_spaces();
}

BOOT_CODE void asid_boot_pool(struct asid_pool *pool, const void *root_space)
{
    asid_pools[0] = pool;
    pool->root[ASID_ROOT_TASK] = (uint64_t)root_space;
}

/* --- seL4_X86_ASIDControl_MakePool: index, depth; untyped, root --- */
static int make_pool(struct invocation *inv)
{
    if (inv->label != X86ASIDControlMakePool)
        return seL4_IllegalOperation;
    if (!invocation_has(inv, 2, 2))
        return seL4_TruncatedMessage;

    unsigned number = 0;
    while (number < ASID_POOL_COUNT && asid_pools[number])
        number++;
    if (number == ASID_POOL_COUNT)
        return seL4_DeleteFirst;

    struct slot *untyped = inv->extra[0];
    if (untyped->cap.type != CAP_UNTYPED ||
        cap_untyped_size_bits(untyped->cap) != seL4_ASIDPoolBits ||
        cap_untyped_device(untyped->cap))
        return error_capability(1);
    if (slot_has_children(untyped))
        return seL4_RevokeFirst;

    struct slot *dest;
    int error = lookup_empty_argument(inv, inv->extra[1]->cap, 0, &dest);
    if (error)
        return error;

    struct asid_pool *pool = cap_object(untyped->cap);
    memset(pool, 0, sizeof(*pool));
    cap_untyped_set(&untyped->cap, sizeof(*pool), 0);
    asid_pools[number] = pool;
    slot_insert_original(dest, cap_asid_pool(pool, number << ASID_POOL_BITS), untyped);
    return 0;
}

/* --- seL4_X86_ASIDPool_Assign: ; root --- */
static bool is_free(const struct asid_pool *pool, unsigned asid)
{
    return asid != ASID_INVALID && pool->root[asid % ASID_POOL_SIZE] == 0 &&
           asid_generations[asid] < MASK(ASID_GENERATION_BITS);
}

static int assign(struct invocation *inv)
{
    if (inv->label != X86ASIDPoolAssign)
        return seL4_IllegalOperation;
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;

    struct cap *root = &inv->extra[0]->cap;
    const struct space_ops *space = mapping_space_of_root((enum cap_type)root->type);
    if (!space || cap_table_mapped(*root))
        return error_capability(1);

    unsigned asid = cap_asid_pool_first(inv->cap), end = asid + ASID_POOL_SIZE;
    struct asid_pool *pool = asid_pools[asid / ASID_POOL_SIZE];
    if (pool != cap_object(inv->cap))
        return error_lookup(false, 0);
    while (asid < end && !is_free(pool, asid))
        asid++;
    if (asid == end)
        return seL4_DeleteFirst;

    if (space->init_root)
        space->init_root(cap_object(*root));
    pool->root[asid % ASID_POOL_SIZE] = cap_addr(*root);
    uint64_t name = asid_name(asid, ++asid_generations[asid]);
    cap_table_set_map(root, cap_mapping(0, name));
    /* What the TLB knows under this number is of another address space. */
    space->flush_all(&(struct place){.space = space, .root = cap_object(*root), .name = name});
    return 0;
}

static void pool_finalise(struct slot *slot, bool final)
{
    unsigned first = cap_asid_pool_first(slot->cap);
    if (!final || asid_pools[first / ASID_POOL_SIZE] != cap_object(slot->cap))
        return;
    asid_pools[first / ASID_POOL_SIZE] = NULL;
    for (unsigned i = 0; i < ASID_POOL_SIZE; i++)
        asid_new_epoch(first + i);
    leave_lost_spaces();
}

const struct cap_ops asid_control_ops = {
    .name = "ASIDControl",
    .same_object = same_always,
    .invoke = make_pool,
};

const struct cap_ops asid_pool_ops = {
    .name = "ASIDPool",
    .size_bits = seL4_ASIDPoolBits,
    .finalise = pool_finalise,
    .invoke = assign,
};
