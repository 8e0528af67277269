/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scripted processor (fake_backend.h).
 */
#include "fake_backend.h"

#include <vmm/x86.h>

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
    struct seL4_VCPURun *m = &fake.message;
    bool open = m->rflags & RFLAGS_IF && !(m->status & seL4_VCPURun_Shadow);
    int result;

    fake.entries++;
    *badge = 0;
    if (!fake.enter)
        return -EIO;
    m->status = 0;
    result = fake.enter(vcpu, m, badge);
    if (open && !(m->status & seL4_VCPURun_EventPending))
        m->interrupt = 0;
    return result;
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
