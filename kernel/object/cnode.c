/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on capability slots: the invocations of a CNode, and what a copy of a capability may
 * look like.
 */
#include "object/cnode.h"
#include "api/invocation.h"
#include "object/delete.h"
#include "object/lookup.h"
#include "object/object.h"
#include "object/waitqueue.h"
#include <sel4/constants.h>

int cap_derive(const struct slot *slot, struct cap *cap)
{
    const struct cap_ops *ops = cap_ops[cap->type];
    if (cap->type == CAP_NULL || cap->type == CAP_ZOMBIE)
        return seL4_IllegalOperation;
    return ops->derive ? ops->derive(slot, cap) : 0;
}

static struct cap mask_rights(struct cap cap, unsigned rights)
{
    switch (cap.type) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        cap_mask(&cap, rights);
        break;
    case CAP_FRAME:
        cap_frame_mask_rights(&cap, rights);
        break;
    }
    return cap;
}

struct cap cap_update_data(struct cap cap, uint64_t data, bool preserve)
{
    switch (cap.type) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        if (preserve || cap_badge(cap))
            return cap_null();
        cap_set_badge(&cap, data);
        return cap;
    case CAP_CNODE:
        cap_cnode_set_guard(&cap, data);
        return cap_cnode_guard_size(cap) + cap_cnode_radix(cap) > seL4_WordBits ? cap_null() : cap;
    case CAP_IOSPACE:
        /* The domain (16), and a PCI function (16); once for each. */
        if (data == 0)
            return cap;
        return preserve || cap_table_mapped(cap) || data >> 32 || data >> 16 == 0
                   ? cap_null()
                   : cap_iospace((uint32_t)data);
    default:
        return cap;
    }
}

/* Copy and Mint: `data` where `mint`, else the capability as it is. */
static int copy(struct slot *dest, struct slot *src, unsigned rights, bool mint, uint64_t data)
{
    struct cap cap = mask_rights(src->cap, rights);
    if (mint)
        cap = cap_update_data(cap, data, false);
    int error = cap_derive(src, &cap);
    if (error)
        return error;
    slot_insert(dest, cap, src);
    return 0;
}

/* Move and Mutate. */
static int move(struct slot *dest, struct slot *src, bool mutate, uint64_t data)
{
    struct cap cap = mutate ? cap_update_data(src->cap, data, true) : src->cap;
    if (cap.type == CAP_NULL || cap.type == CAP_ZOMBIE)
        return seL4_IllegalOperation;
    slot_move(dest, cap, src);
    return 0;
}

static int invoke_transfer(struct invocation *inv)
{
    static const uint8_t words[] = {[CNodeCopy - CNodeCopy] = 5,
                                    [CNodeMint - CNodeCopy] = 6,
                                    [CNodeMove - CNodeCopy] = 4,
                                    [CNodeMutate - CNodeCopy] = 5};
    struct slot *dest, *src;

    if (!invocation_has(inv, words[inv->label - CNodeCopy], 1))
        return seL4_TruncatedMessage;
    int error = lookup_empty_argument(inv, inv->cap, 0, &dest)
                    ?: lookup_argument(inv, inv->extra[0]->cap, 2, true, &src);
    if (error)
        return error;
    if (slot_is_empty(src))
        return error_lookup(true, invocation_arg(inv, 3));
    switch (inv->label) {
    case CNodeCopy:
        return copy(dest, src, invocation_arg(inv, 4), false, 0);
    case CNodeMint:
        return copy(dest, src, invocation_arg(inv, 4), true, invocation_arg(inv, 5));
    case CNodeMove:
        return move(dest, src, false, 0);
    default:
        return move(dest, src, true, invocation_arg(inv, 4));
    }
}

/* The capability as it will stand in its new place; a new badge or guard is optional. */
static struct cap rotated(struct cap cap, uint64_t data)
{
    if (cap.type == CAP_ZOMBIE)
        return cap_null();
    return data ? cap_update_data(cap, data, true) : cap;
}

static int invoke_rotate(struct invocation *inv)
{
    struct slot *dest, *pivot, *src;

    if (!invocation_has(inv, 8, 2))
        return seL4_TruncatedMessage;
    int error = lookup_argument(inv, inv->cap, 0, false, &dest)
                    ?: lookup_argument(inv, inv->extra[0]->cap, 3, true, &pivot)
                    ?: lookup_argument(inv, inv->extra[1]->cap, 6, true, &src);
    if (error)
        return error;
    if (pivot == src || pivot == dest)
        return seL4_IllegalOperation;
    if (src != dest && !slot_is_empty(dest))
        return seL4_DeleteFirst;
    if (slot_is_empty(src))
        return error_lookup(true, invocation_arg(inv, 7));
    if (slot_is_empty(pivot))
        return error_lookup(false, invocation_arg(inv, 4));

    struct cap new_dest = rotated(pivot->cap, invocation_arg(inv, 2));
    struct cap new_pivot = rotated(src->cap, invocation_arg(inv, 5));
    if (new_dest.type == CAP_NULL || new_pivot.type == CAP_NULL)
        return seL4_IllegalOperation;
    if (src == dest) {
        slot_swap(src, new_pivot, pivot, new_dest);
    } else {
        slot_move(dest, new_dest, pivot);
        slot_move(pivot, new_pivot, src);
    }
    return 0;
}

static int save_caller(struct slot *dest)
{
    struct slot *caller = &this_core()->current->slots[TCB_CALLER];
    if (!slot_is_empty(dest))
        return seL4_DeleteFirst;
    if (!slot_is_empty(caller))
        slot_move(dest, caller->cap, caller);
    return 0;
}

static int cancel_badged_sends(struct slot *slot)
{
    struct cap cap = slot->cap;
    if (!cap_is(cap, CAP_ENDPOINT, CAP_RIGHTS_ALL))
        return seL4_IllegalOperation;
    if (cap_badge(cap) == 0)
        return 0;
    return wait_cancel_sends(cap_object(cap), cap_badge(cap)); /* an endpoint is just the queue */
}

static int cnode_invoke(struct invocation *inv)
{
    struct slot *slot;

    switch (inv->label) {
    case CNodeCopy:
    case CNodeMint:
    case CNodeMove:
    case CNodeMutate:
        return invoke_transfer(inv);
    case CNodeRotate:
        return invoke_rotate(inv);
    case CNodeRevoke:
    case CNodeDelete:
    case CNodeCancelBadgedSends:
    case CNodeSaveCaller:
        break;
    default:
        return seL4_IllegalOperation;
    }

    if (!invocation_has(inv, 2, 0))
        return seL4_TruncatedMessage;
    int error = lookup_argument(inv, inv->cap, 0, false, &slot);
    if (error)
        return error;
    switch (inv->label) {
    case CNodeRevoke:
        return slot_revoke(slot);
    case CNodeDelete:
        return slot_delete(slot);
    case CNodeCancelBadgedSends:
        return cancel_badged_sends(slot);
    default:
        return save_caller(slot);
    }
}

static unsigned cnode_size_bits(struct cap cap)
{
    return cap_cnode_radix(cap) + seL4_SlotBits;
}

const struct cap_ops cnode_ops = {
    .name = "CNode",
    .size_bits_of = cnode_size_bits,
    .invoke = cnode_invoke,
};
