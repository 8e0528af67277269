/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a copy of a capability may look like, for the invocations of CNodes and whoever else copies.
 */
#pragma once

#include "state/slot.h"

/* Makes `cap`, taken from `slot`, fit to be a copy; a seL4_Error where it cannot be copied. */
int cap_derive(const struct slot *slot, struct cap *cap);
/* Apply seL4_CNode_Mint/Mutate's badge or guard word; CAP_NULL where it is not allowed. */
struct cap cap_update_data(struct cap cap, uint64_t data, bool preserve);
