/* SPDX-License-Identifier: BSD-2-Clause */
/* Events that the guest may emit. */
#pragma once

#include <camkes_emits_event.h>
#include <vmm/vmm.h>

/*
 * The guest knows emitters[id] by the number `id`; number 0 and null pointers are none. Returns 0,
 * or -1 after a message.
 */
int cross_vm_emits_events_init_common(vmm_t *vmm, camkes_emit_fn *emitters, int count);
