/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's ports, by the name that apps pass on; vmm/bus.h has what can be done with them. */
#pragma once

#include <sel4vm/guest_vm.h>

typedef struct port_bus vmm_io_port_list_t;
