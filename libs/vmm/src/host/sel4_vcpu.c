/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VCPU object: its making (sel4_host.h) and its use as processor backend (vcpu_backend.h).
 */
#include <vmm/sel4_host.h>
#include <vmm/vcpu_backend.h>

#include <alloc/alloc.h>
#include <errno.h>
#include <sel4/sel4.h>

int sel4_host_create(struct sel4_host *host, struct alloc *alloc, uint64_t tcb, uint64_t asid_pool,
                     void (*complain)(const char *text))
{
    seL4_CPtr vcpu = 0, root = 0;
    int error;

    host->alloc = alloc;
    host->tcb = tcb;
    error = alloc_object(alloc, seL4_X86_VCPUObject, 0, &vcpu);
    if (error == -ENOMEM || error == -ENOSPC) {
        complain("there is no memory for a virtual CPU: raise untyped_reserve_kb");
        return error;
    }
    if (error) {
        complain("this computer cannot run virtual machines: its processor has no SVM with nested "
                 "paging, or the firmware has switched it off");
        return error;
    }
    error = alloc_object(alloc, seL4_X86_EPTPML4Object, 0, &root);
    if (error) {
        complain("there is no memory for the guest's address space: raise untyped_reserve_kb");
        return error;
    }
    if (!asid_pool || seL4_X86_ASIDPool_Assign(asid_pool, root)) {
        complain("there is no number for the guest's address space: set asid_pool = true");
        return -EPERM;
    }
    if (seL4_X86_VCPU_SetTCB(vcpu, tcb) || seL4_TCB_SetEPTRoot(tcb, root)) {
        complain("the kernel does not let this thread run a guest");
        return -EPERM;
    }
    host->vcpu = vcpu;
    host->ept_root = root;
    return 0;
}

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
