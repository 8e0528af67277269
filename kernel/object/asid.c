/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address-space identifiers: pools, their control capability, and assignment to address spaces.
 */
#include "object/asid.h"
#include "api/invocation.h"
#include "cpu/memory.h"
#include "object/lookup.h"
#include "object/object.h"
#include "object/vspace.h"
#include <base/string.h>

#include <sel4/constants.h>

_Static_assert(sizeof(struct asid_pool) == BIT(seL4_ASIDPoolBits), "a pool fills its object");

static uint64_t *asid_entry(unsigned asid)
{
    struct asid_pool *pool =
        asid >> ASID_POOL_BITS < ASID_POOL_COUNT ? asid_pools[asid >> ASID_POOL_BITS] : NULL;
    return !pool || asid == ASID_INVALID ? NULL : &pool->space[asid % ASID_POOL_SIZE];
}

void *asid_find(unsigned asid)
{
    const uint64_t *entry = asid_entry(asid);
    return !entry || (*entry & ASID_SECOND_LEVEL) ? NULL : (void *)*entry;
}

static void *find_second_level(unsigned asid)
{
    const uint64_t *entry = asid_entry(asid);
    return !entry || !(*entry & ASID_SECOND_LEVEL) ? NULL : (void *)(*entry & ~ASID_SECOND_LEVEL);
}

void *asid_find_cap(struct cap cap)
{
    if (!cap_table_mapped(cap))
        return NULL;
    unsigned asid = cap_mapped_asid(cap);
    void *space = cap.type == CAP_PML4 ? asid_find(asid) : find_second_level(asid);
    return space == cap_object(cap) ? space : NULL;
}

void asid_release(struct cap cap)
{
    void *space = asid_find_cap(cap);
    if (!space)
        return;
    unsigned asid = cap_mapped_asid(cap);
    *asid_entry(asid) = 0;
    if (cap.type == CAP_PML4)
        vspace_retired(space, asid);
}

BOOT_CODE void asid_boot_pool(struct asid_pool *pool, const void *root_space)
{
    asid_pools[0] = pool;
    pool->space[ASID_ROOT_TASK] = (uint64_t)root_space;
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

/* --- seL4_X86_ASIDPool_Assign: ; vspace --- */
static int assign(struct invocation *inv)
{
    if (inv->label != X86ASIDPoolAssign)
        return seL4_IllegalOperation;
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;

    struct cap *space = &inv->extra[0]->cap;
    bool top_level = space->type == CAP_PML4 || space->type == CAP_EPT_PML4;
    if (!top_level || cap_table_mapped(*space))
        return error_capability(1);

    unsigned first = cap_asid_pool_first(inv->cap);
    struct asid_pool *pool = asid_pools[first >> ASID_POOL_BITS];
    if (pool != cap_object(inv->cap))
        return error_lookup(false, 0);
    unsigned i = first == 0 ? 1 : 0;
    while (i < ASID_POOL_SIZE && pool->space[i] != 0)
        i++;
    if (i == ASID_POOL_SIZE)
        return seL4_DeleteFirst;

    if (space->type == CAP_PML4)
        pml4_init(cap_object(*space));
    pool->space[i] = cap_addr(*space) | (space->type == CAP_PML4 ? 0 : ASID_SECOND_LEVEL);
    cap_table_set_map(space, cap_mapping(0, first + i));
    return 0;
}

static void pool_finalise(struct slot *slot, bool final)
{
    struct cap cap = slot->cap;
    struct asid_pool *pool = cap_object(cap);
    unsigned first = cap_asid_pool_first(cap);
    if (!final || asid_pools[first >> ASID_POOL_BITS] != pool)
        return;
    /* Every address space of the pool is without a number now, so none may stay loaded. */
    asid_pools[first >> ASID_POOL_BITS] = NULL;
    for (unsigned i = 0; i < ASID_POOL_SIZE; i++)
        if (pool->space[i] != 0 && !(pool->space[i] & ASID_SECOND_LEVEL))
            vspace_retired((void *)pool->space[i], first + i);
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
