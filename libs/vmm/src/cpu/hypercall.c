/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hypercalls: a registry of handlers by the token in EAX, in the ABI of Linux's kvm_hypercall
 * functions (Documentation/virt/kvm/x86/hypercalls.rst).
 */
#include "../machine_private.h"

#include <errno.h>

#define KVM_ENOSYS 1000
#define KVM_EPERM  1

int reg_new_handler(vmm_t *vmm, vmcall_handler func, int token)
{
    if (!func) {
        vmm_log(vmm, "hypercall %d: the handler is a null pointer", token);
        return -1;
    }
    for (unsigned i = 0; i < vmm->hypercalls; i++) {
        if (vmm->hypercall[i].token == token) {
            vmm_log(vmm, "hypercall %d has a handler already", token);
            return -1;
        }
    }
    if (vmm->hypercalls == VMM_HYPERCALLS_MAX) {
        vmm_log(vmm, "hypercall %d: no room, there are %d handlers", token, VMM_HYPERCALLS_MAX);
        return -1;
    }
    vmm->hypercall[vmm->hypercalls++] = (struct vmm_hypercall){token, func};
    return 0;
}

static bool is_wide(const vmm_vcpu_t *vcpu)
{
    return emulator_mode(vcpu->run) == INSN_MODE_64;
}

uint64_t vmm_get_register(vmm_vcpu_t *vcpu, unsigned reg)
{
    uint64_t value = reg < seL4_VCPUReg_Count ? vcpu->run->reg[reg] : 0;

    /* What a 32-bit guest has in the upper halves is undefined. */
    return is_wide(vcpu) ? value : (uint32_t)value;
}

void vmm_set_register(vmm_vcpu_t *vcpu, unsigned reg, uint64_t value)
{
    if (reg < seL4_VCPUReg_Count) {
        vcpu->run->reg[reg] = is_wide(vcpu) ? value : (uint32_t)value;
        vcpu->answered |= reg == seL4_VCPUReg_RAX;
    }
}

int vmm_guest_read(vmm_t *vmm, uint64_t address, void *buffer, uint64_t size)
{
    return guest_read(&vmm->memory, address, buffer, size) ? 0 : -EFAULT;
}

int vmm_guest_write(vmm_t *vmm, uint64_t address, const void *buffer, uint64_t size)
{
    return guest_write(&vmm->memory, address, buffer, size) ? 0 : -EFAULT;
}

/* Once for each token, and a bounded number of them: a guest cannot flood the console. */
static void report_unknown(vmm_t *vmm, uint32_t token)
{
    const unsigned room = ARRAY_SIZE(vmm->reported_tokens);

    for (unsigned i = 0; i < vmm->reported; i++)
        if (vmm->reported_tokens[i] == token)
            return;
    if (vmm->reported < room) {
        vmm->reported_tokens[vmm->reported++] = token;
        vmm_log(vmm, "guest made hypercall %u, which has no handler%s", token,
                vmm->reported == room ? "; further numbers are not reported" : "");
    }
}

int hypercall_handle(vmm_vcpu_t *vcpu, uint64_t next_rip)
{
    vmm_t *vmm = vcpu->vmm;
    uint32_t token = (uint32_t)vcpu->run->reg[seL4_VCPUReg_RAX];

    if (vcpu->run->cpl != 0) { /* the guest's programs have no business here, only its kernel */
        vmm_set_register(vcpu, seL4_VCPUReg_RAX, (uint64_t)-KVM_EPERM);
        exit_advance(vcpu, next_rip);
        return 0;
    }
    for (unsigned i = 0; i < vmm->hypercalls; i++) {
        if ((uint32_t)vmm->hypercall[i].token != token)
            continue;
        /* The handler may print, after the guest, emit events, call other components. */
        vmm_flush_console(vmm);
        vmm_keep_registers(vcpu);
        vcpu->answered = false;
        if (vmm->hypercall[i].handler(vcpu)) {
            vmm_log(vmm, "the handler of hypercall %u stops the guest", token);
            return -EIO;
        }
        if (!vcpu->answered) /* it found its own number there, and the guest finds success */
            vmm_set_register(vcpu, seL4_VCPUReg_RAX, 0);
        exit_advance(vcpu, next_rip);
        return 0;
    }
    vmm_set_register(vcpu, seL4_VCPUReg_RAX, (uint64_t)-KVM_ENOSYS);
    exit_advance(vcpu, next_rip);
    report_unknown(vmm, token);
    return 0;
}
