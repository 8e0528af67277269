/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scripted processor (fake_backend.h).
 */
#include "fake_backend.h"

#include <errno.h>

struct fake_backend fake;

void fake_reset(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.refuse_field = -1;
}

void fake_clobber(void)
{
    memset(&fake.message, 0xcc, 64);
}

struct seL4_VCPURun *vcpu_backend_message(vmm_vcpu_t *vcpu)
{
    (void)vcpu;
    return &fake.message;
}

int vcpu_backend_enter(vmm_vcpu_t *vcpu, uint64_t *badge)
{
    fake.entries++;
    *badge = 0;
    return fake.enter ? fake.enter(vcpu, &fake.message, badge) : -EIO;
}

uint64_t vcpu_backend_read(vmm_vcpu_t *vcpu, unsigned field)
{
    vmm_keep_registers(vcpu);
    fake_clobber();
    return field < seL4_VCPUState_Count ? fake.state[field] : 0;
}

int vcpu_backend_write(vmm_vcpu_t *vcpu, unsigned field, uint64_t value)
{
    vmm_keep_registers(vcpu);
    fake_clobber();
    if ((int)field == fake.refuse_field || field >= seL4_VCPUState_Count)
        return -EINVAL;
    fake.state[field] = value;
    return 0;
}
