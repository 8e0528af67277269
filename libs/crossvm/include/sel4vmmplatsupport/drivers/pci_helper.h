/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's PCI bus, by the name that apps pass on; vmm/pci.h has what can be done with it. */
#pragma once

#include <sel4vm/guest_vm.h>

typedef struct pci vmm_pci_space_t;
