/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's model-specific registers that exit: the policy is a table in msr.c; what is not in it
 * raises #GP in the guest, as on a processor that lacks the register.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct vmm_vcpu;

#define MTRR_VARIABLE 8
#define MTRR_FIXED    11

struct msr_store {
    uint64_t mtrr_default, mtrr_fixed[MTRR_FIXED], mtrr_variable[2 * MTRR_VARIABLE];
};

void msr_init(struct msr_store *store);
bool msr_read(struct vmm_vcpu *vcpu, uint32_t msr, uint64_t *value);
bool msr_write(struct vmm_vcpu *vcpu, uint32_t msr, uint64_t value);
