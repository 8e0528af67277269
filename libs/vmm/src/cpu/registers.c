/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers out of the IPC buffer, before a message of another kind overwrites them. run.c puts
 * them back with the next entry.
 */
#include <vmm/vmm.h>

void vmm_keep_registers(vmm_vcpu_t *vcpu)
{
    if (vcpu->run != &vcpu->kept) {
        vcpu->kept = *vcpu->run;
        vcpu->run = &vcpu->kept;
    }
}
