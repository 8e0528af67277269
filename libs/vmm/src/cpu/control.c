/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits on control registers, debug registers and XCR0: what the guest may write there.
 */
#include "../machine_private.h"

#include <vmm/vcpu_backend.h>

#include <errno.h>

/* XCR0: x87 always, AVX only with SSE, nothing that CPUID does not offer. */
int exit_xsetbv(vmm_vcpu_t *vcpu)
{
    struct seL4_VCPURun *run = vcpu->run;
    uint64_t value = (uint32_t)run->reg[seL4_VCPUReg_RAX] | run->reg[seL4_VCPUReg_RDX] << 32;
    uint64_t next_rip = run->next_rip;

    if (run->cpl || (uint32_t)run->reg[seL4_VCPUReg_RCX] || !(value & 1) ||
        (value & ~vcpu->vmm->cpuid.xcr0) || (value & 6) == 4 ||
        vcpu_backend_write(vcpu, seL4_VCPUState_XCR0, value)) {
        exit_inject(vcpu, EXCEPTION_GP, true, 0);
        return 0;
    }
    exit_advance(vcpu, next_rip);
    return 0;
}

/* Paging needs PAE in long mode; what else cannot be, the kernel knows. */
static bool write_cr4(vmm_vcpu_t *vcpu, uint64_t value)
{
    if ((vcpu->run->efer & EFER_LMA) && !(value & CR4_PAE))
        return false;
    return !vcpu_backend_write(vcpu, seL4_VCPUState_CR4, value);
}

/*
 * The guest writes CR8 while an interrupt waits: what comes of it, the loop sees. Or it writes CR4
 * on a processor with features that it must not switch on.
 */
int exit_control_register(vmm_vcpu_t *vcpu)
{
    const struct insn *insn;
    int error = exit_fetch(vcpu, &insn);
    bool done = false;
    uint64_t value;

    if (!error && !insn)
        return 0;
    if (error || insn->op != INSN_MOV_TO_CR || insn->reg != (vcpu->run->info & 15)) {
        exit_inject(vcpu, EXCEPTION_UD, false, 0); /* AMD's other form of CR8, hidden in CPUID */
        return 0;
    }
    value = vcpu->run->reg[insn->rm] & (insn->size == 8 ? UINT64_MAX : UINT32_MAX);
    if (insn->reg == 4) {
        done = write_cr4(vcpu, value);
    } else if (value <= 15) {
        lapic_set_cr8(&vcpu->lapic, (unsigned)value);
        done = true;
    }
    if (done)
        exit_advance(vcpu, vcpu->run->rip + insn->length);
    else
        exit_inject(vcpu, EXCEPTION_GP, true, 0);
    return 0;
}

static unsigned debug_field(unsigned number)
{
    return number < 4 ? seL4_VCPUState_DR0 + number
                      : seL4_VCPUState_DR6 + number % 2; /* DR4 and DR5 are DR6 and DR7 */
}

/* DR6 and DR7 as the processor keeps them: APM volume 2, 13.1.1.3 and 13.1.1.4. */
static uint64_t debug_value(unsigned field, uint64_t value)
{
    if (field == seL4_VCPUState_DR6)
        return (value & ~0x1000ull) | 0xffff0ff0;
    return field == seL4_VCPUState_DR7 ? (value & 0xffff27ff) | 0x400 : value;
}

/* The guest reads or writes a debug register: its kernel does, or the exception came first. */
int exit_debug_register(vmm_vcpu_t *vcpu)
{
    unsigned field = debug_field(vcpu->run->info & 7);
    const struct insn *insn;
    int error = exit_fetch(vcpu, &insn);
    uint64_t control, value;

    if (error || !insn)
        return error;
    if (insn->op != INSN_MOV_FROM_DR && insn->op != INSN_MOV_TO_DR)
        return -EINVAL;
    if ((insn->reg == 4 || insn->reg == 5) && (vcpu->run->cr4 & CR4_DE)) {
        exit_inject(vcpu, EXCEPTION_UD, false, 0);
        return 0;
    }
    control = vcpu_backend_read(vcpu, seL4_VCPUState_DR7);
    if (control & DR7_GD) {
        vcpu_backend_write(vcpu, seL4_VCPUState_DR7, control & ~DR7_GD);
        control = vcpu_backend_read(vcpu, seL4_VCPUState_DR6);
        vcpu_backend_write(vcpu, seL4_VCPUState_DR6, control | DR6_BD);
        exit_inject(vcpu, EXCEPTION_DB, false, 0);
        return 0;
    }
    if (insn->op == INSN_MOV_FROM_DR) {
        value = vcpu_backend_read(vcpu, field);
        vcpu->run->reg[insn->rm] = insn->size == 8 ? value : (uint32_t)value;
    } else {
        value = vcpu->run->reg[insn->rm] & (insn->size == 8 ? UINT64_MAX : UINT32_MAX);
        if (field >= seL4_VCPUState_DR6 && value > UINT32_MAX) {
            exit_inject(vcpu, EXCEPTION_GP, true, 0);
            return 0;
        }
        vcpu_backend_write(vcpu, field, debug_value(field, value));
    }
    exit_advance(vcpu, vcpu->run->rip + insn->length);
    return 0;
}
