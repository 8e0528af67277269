/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivation tree: which capability was made from which, and so what Revoke takes away.
 *
 * Every capability in use is a node of one doubly linked list per family, in preorder of the tree:
 * a capability's descendants follow it directly. Whether the node after another one descends from
 * it is decided by what it is: an "original" covers everything that lies in its memory or
 * names its object. Originals are what Retype, the control capabilities and the first badging of an
 * endpoint make; a copy of a copy is its sibling, not its child. The meaning of "original" and of
 * revocation follows the seL4 reference manual, 3.1.4.
 *
 * Reply capabilities stand outside of the list: there is at most one for a thread, and the thread's
 * TCB points to the slot that holds it.
 */
#pragma once

#include "state/slot.h"

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
/* The same with a new original, child of `parent` (NULL: the root of a family). */
void slot_insert_original(struct slot *dest, struct cap cap, struct slot *parent);
/*
 * The same for a row of new objects, the first of which `cap` names; the others follow it in
 * memory, `size` bytes apart.
 */
void slot_insert_row(struct slot *first, unsigned count, struct cap cap, uint64_t size,
                     struct slot *parent);
/* Move it to the empty slot `dest`, as `cap`, which may carry other rights or another badge. */
void slot_move(struct slot *dest, struct cap cap, struct slot *src);
/* Each takes the other's place: `cap_a`, from `a`, will stand in `b`. */
void slot_swap(struct slot *a, struct cap cap_a, struct slot *b, struct cap cap_b);
/* Take the node out of its list and empty it. Does not finalise anything. */
void slot_clear(struct slot *slot);
