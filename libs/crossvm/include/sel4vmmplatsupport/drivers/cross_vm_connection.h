/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions that a connection between a guest and a component is made of; see crossvm.h. */
#pragma once

#include <sel4vm/guest_vm.h>

typedef void (*event_callback_fn)(void *arg);
typedef void (*emit_fn)(void);
