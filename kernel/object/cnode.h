/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots, the derivation list, and the lookups that lead to a slot.
 *
 * Every capability in use is a node of one doubly linked list per family, in preorder of the
 * derivation tree: a capability's descendants follow it directly. Whether the node behind another
 * one descends from it is decided by slot_is_parent(): an "original" covers everything that lies in
 * its memory or names its object. Originals are what Retype, the control capabilities and the first
 * badging of an endpoint make; a copy of a copy is its sibling, not its child.
 *
 * Reply capabilities stand outside of the list: there is at most one for a thread, and the thread's
 * TCB points to the slot that holds it.
 */
#pragma once

#include "state/slot.h"

struct tcb;

/* --- the derivation list (cnode_list.c) --- */
/* True if `child`, the node right behind `parent` or behind its descendants, descends from it. */
bool slot_is_parent(const struct slot *parent, const struct slot *child);
bool slot_has_children(const struct slot *slot);
/* True if no other capability names the same object. */
bool slot_is_final(const struct slot *slot);
/* True if both capabilities name the same object. */
bool cap_same_object(struct cap a, struct cap b);

/*
 * Fill the empty slot `dest` with a capability made from the one in `src`: a child if that is an
 * original, otherwise a sibling.
 */
void slot_insert(struct slot *dest, struct cap cap, struct slot *src);
/*
 * Fill the empty slot `dest` with a new original, child of `parent` (NULL: the root of a family).
 */
void slot_insert_original(struct slot *dest, struct cap cap, struct slot *parent);
/*
 * Move the capability to the empty slot `dest`, as `cap` (which may carry other rights or badge).
 */
void slot_move(struct slot *dest, struct cap cap, struct slot *src);
void slot_swap(struct slot *a, struct cap cap_a, struct slot *b, struct cap cap_b);
/* Take the node out of its list and empty it. Does not finalise anything. */
void slot_clear(struct slot *slot);

/* --- deletion (delete.c): 0, or KERNEL_PREEMPTED --- */
int slot_delete(struct slot *slot);
int slot_revoke(struct slot *slot);

/* --- derivation and masks (cnode.c) --- */
/*
 * What a copy of `slot`'s capability `cap` may look like; a seL4_Error where it cannot be copied.
 */
int cap_derive(const struct slot *slot, struct cap *cap);
struct cap cap_mask_rights(struct cap cap, unsigned rights);
/* Apply seL4_CNode_Mint/Mutate's badge or guard word; CAP_NULL where it is not allowed. */
struct cap cap_update_data(struct cap cap, uint64_t data, bool preserve);

/* --- lookups (lookup.c) --- */
/*
 * Resolve `cptr` in the thread's CSpace, all 64 bits. On failure the reason is left in the core's
 * `error` (the lookup-failure part), and NULL is returned.
 */
struct slot *lookup_slot(struct tcb *thread, uint64_t cptr);
/*
 * The slot that a CNode invocation names by a root capability, an index and a depth. Returns a
 * seL4_Error; `is_source` is only reported along with it.
 */
int lookup_slot_in(struct cap root, uint64_t index, uint64_t depth, bool is_source,
                   struct slot **slot);
/*
 * The same, and it must be empty: for the destinations of new capabilities. Returns a seL4_Error.
 */
int lookup_empty_slot(struct cap root, uint64_t index, uint64_t depth, struct slot **slot);
