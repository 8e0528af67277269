/* SPDX-License-Identifier: BSD-2-Clause */
/* Dataports that the guest may ask for. */
#pragma once

#include <dataport_caps.h>
#include <vmm/vmm.h>

/*
 * The guest knows dataports[id] by the number `id`, which is also the interface's `<if>_id` if that
 * is set; number 0 and null pointers are none. Returns 0, or -1 after a message.
 */
int cross_vm_dataports_init_common(vmm_t *vmm, dataport_caps_handle_t **dataports, int count);
