/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of today's monitors for what vmm/vmm.h has. */
#pragma once

#include <vmm/vmm.h>

typedef vmm_t vm_t;
typedef vmm_vcpu_t vm_vcpu_t;
