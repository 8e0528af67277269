/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deletion and revocation. Both return 0, or KERNEL_PREEMPTED with everything consistent: what is
 * left is then done by the next call, or never.
 */
#pragma once

#include "state/slot.h"

/* Empties the slot; the object goes with its last capability. */
int slot_delete(struct slot *slot);
/* Deletes all that descend from the slot's capability. */
int slot_revoke(struct slot *slot);
/* One step of slot_delete(): done when the slot is empty. */
void slot_delete_step(struct slot *slot);
