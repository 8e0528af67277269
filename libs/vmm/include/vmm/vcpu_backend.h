/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor under the monitor, as a link-time interface: seL4's VCPU object in the real system
 * (host/sel4_vcpu.c), something else in host tests.
 */
#pragma once

#include <vmm/vmm.h>

/* Where the message of the next entry and the last exit lies. */
struct seL4_VCPURun *vcpu_backend_message(vmm_vcpu_t *vcpu);
/* Run the guest from the message. SEL4_VMENTER_RESULT_* or negative; *badge with _NOTIF. */
int vcpu_backend_enter(vmm_vcpu_t *vcpu, uint64_t *badge);
/* State by enum seL4_VCPUState. */
uint64_t vcpu_backend_read(vmm_vcpu_t *vcpu, unsigned field);
int vcpu_backend_write(vmm_vcpu_t *vcpu, unsigned field, uint64_t value);
