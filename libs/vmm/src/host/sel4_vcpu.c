/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor backend on seL4 (vcpu_backend.h).
 */
#include <vmm/vcpu_backend.h>

#include <errno.h>
#include <sel4/sel4.h>

struct seL4_VCPURun *vcpu_backend_message(vmm_vcpu_t *vcpu)
{
    (void)vcpu;
    return seL4_VCPUMessage();
}

int vcpu_backend_enter(vmm_vcpu_t *vcpu, uint64_t *badge)
{
    (void)vcpu;
    return (int)seL4_VMEnter(badge);
}

uint64_t vcpu_backend_read(vmm_vcpu_t *vcpu, unsigned field)
{
    vmm_keep_registers(vcpu); /* the call's own message would overwrite them */
    return seL4_X86_VCPU_ReadState(vcpu->vcpu, field).value;
}

int vcpu_backend_write(vmm_vcpu_t *vcpu, unsigned field, uint64_t value)
{
    vmm_keep_registers(vcpu);
    return seL4_X86_VCPU_WriteState(vcpu->vcpu, field, value) ? -EINVAL : 0;
}
