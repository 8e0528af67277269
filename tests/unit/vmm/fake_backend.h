/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A processor that does what a test's script says: each entry takes the next exit from it.
 */
#pragma once

#include <vmm/vcpu_backend.h>

struct fake_backend {
    struct seL4_VCPURun message;
    uint64_t state[seL4_VCPUState_Count];
    /*
     * Called for each entry; fills in the exit. Returns what vcpu_backend_enter() shall return. An
     * interrupt is taken at the entry if the guest's flags allow; later, that is the script's word.
     */
    int (*enter)(vmm_vcpu_t *vcpu, struct seL4_VCPURun *message, uint64_t *badge);
    unsigned entries;
    int refuse_field; /* WriteState of this field fails; -1 = none */
};

extern struct fake_backend fake;

void fake_reset(void);
/* What sending any message does to the registers in the IPC buffer. */
void fake_clobber(void);
