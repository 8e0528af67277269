/* SPDX-License-Identifier: BSD-2-Clause */
/* A component's frames, for either kind of connection. */
#pragma once

#include <camkes/dataport_caps.h>
#include <vmm/crossvm.h>

/* *dataport, which is nowhere yet. 0, or -1 if there are no frames or no memory. */
int crossvm_frames(vmm_t *vmm, dataport_caps_handle_t *handle, struct crossvm_dataport *dataport);
