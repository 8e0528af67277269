/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the monitor does about each kind of exit. The order of cases is the order of frequency in a
 * running guest.
 */
#include "../machine_private.h"

#include <vmm/vcpu_backend.h>

#include <errno.h>

#define HYPERCALL_BYTES 3 /* 0F 01 C1, 0F 01 D9 */

#define UNDECODED_REPORTS 16

enum { EAX, EBX, ECX, EDX };

void exit_inject(vmm_vcpu_t *vcpu, unsigned vector, bool has_error, uint32_t error)
{
    uint64_t event = vector | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid;

    if (has_error)
        event |= seL4_VCPUEvent_ErrorValid | (uint64_t)error << 32;
    vcpu->run->event = event;
}

/* After an instruction in an interrupt shadow, or one that is stepped over. */
static __attribute__((noinline, cold)) void advance_rarely(vmm_vcpu_t *vcpu)
{
    struct seL4_VCPURun *run = vcpu->run;

    if (run->status & seL4_VCPURun_Shadow) {
        run->status &= ~(uint64_t)seL4_VCPURun_Shadow;
        run->control |= seL4_VCPURun_ClearShadow;
    }
    if (run->rflags & RFLAGS_TF) { /* single-stepping: APM volume 2, 13.1.4 */
        uint64_t dr6 = vcpu_backend_read(vcpu, seL4_VCPUState_DR6);

        vcpu_backend_write(vcpu, seL4_VCPUState_DR6, dr6 | DR6_BS);
        exit_inject(vcpu, EXCEPTION_DB, false, 0);
    }
}

void exit_advance(vmm_vcpu_t *vcpu, uint64_t next_rip)
{
    struct seL4_VCPURun *run = vcpu->run;

    run->rip = next_rip;
    if ((run->status & seL4_VCPURun_Shadow) | (run->rflags & RFLAGS_TF))
        advance_rarely(vcpu);
}

/* What the emulator says the instruction raises. */
static void raise(vmm_vcpu_t *vcpu)
{
    const struct emulator *emulator = &vcpu->emulator;

    if (emulator->vector == EXCEPTION_PF)
        vcpu_backend_write(vcpu, seL4_VCPUState_CR2, emulator->cr2);
    exit_inject(vcpu, emulator->vector, emulator->has_error, emulator->error);
}

int exit_fetch(vmm_vcpu_t *vcpu, const struct insn **insn)
{
    struct emulator *emulator = &vcpu->emulator;
    int result;

    *insn = emulator_fetched(emulator, vcpu->run);
    if (*insn)
        return 0;
    result = emulator_fetch(emulator, vcpu->run, insn);
    if (result == EMULATE_EXCEPTION) {
        *insn = NULL;
        raise(vcpu);
        return 0;
    }
    return result;
}

static int execute(vmm_vcpu_t *vcpu, const struct insn *insn, uint64_t address)
{
    struct emulator *emulator = &vcpu->emulator;
    struct seL4_VCPURun *run = vcpu->run;
    struct seL4_VCPURun copy;
    int result;

    /*
     * A device may send messages in the middle of the instruction, so it works on a copy unless the
     * registers are kept already.
     */
    if (run != &vcpu->kept) {
        copy = *run;
        run = &copy;
    }
    result = emulator_execute(emulator, run, insn, address);
    if (run == &copy)
        *vcpu->run = copy;
    if (result == EMULATE_EXCEPTION) {
        raise(vcpu);
        return 0;
    }
    if (result == 0)
        exit_advance(vcpu, vcpu->run->rip);
    return result;
}

/*
 * Arithmetic of vectors, x87 and their like on a register or a hole. The guest gets what a
 * processor without the instruction gives, and goes on; the first few are reported.
 */
static int not_decoded(vmm_vcpu_t *vcpu, uint64_t address)
{
    if (vcpu->emulator.undecoded < UNDECODED_REPORTS) {
        vcpu->emulator.undecoded++;
        vmm_log(vcpu->vmm,
                "the instruction at RIP 0x%llx, on guest-physical 0x%llx, is not decoded%s",
                (unsigned long long)vcpu->run->rip, (unsigned long long)address,
                vcpu->emulator.undecoded == UNDECODED_REPORTS ? "; no more are reported" : "");
    }
    exit_inject(vcpu, EXCEPTION_UD, false, 0);
    return 0;
}

/* Plain MOV of a whole doubleword to or from a register: nearly every device access there is. */
static bool is_simple_mov(const vmm_vcpu_t *vcpu, const struct insn *insn, uint64_t address)
{
    return insn->op == INSN_MOV && insn->size == 4 && insn->source != INSN_FROM_IMM &&
           !emulator_crosses(&vcpu->emulator, vcpu->run, insn, address);
}

static int simple_mov(vmm_vcpu_t *vcpu, const struct insn *insn, uint64_t address)
{
    struct seL4_VCPURun *run = vcpu->run;
    struct mmio_bus *mmio = &vcpu->vmm->mmio;
    uint64_t value;

    if (insn->source == INSN_TO_REG) {
        mmio_bus_read(mmio, address, 4, &value);
        vcpu->run->reg[insn->reg] = (uint32_t)value;
    } else {
        mmio_bus_write(mmio, address, 4, (uint32_t)run->reg[insn->reg]);
    }
    run = vcpu->run;
    value = run->rip + insn->length;
    exit_advance(vcpu, emulator_mode(run) == INSN_MODE_64 ? value : (uint32_t)value);
    return 0;
}

/*
 * RAM in whose place the guest sees a dataport that it may only read: as with a ROM, nothing is
 * written, and the guest goes on after the instruction.
 */
static int refuse_write(vmm_vcpu_t *vcpu, const struct insn *insn, uint64_t address)
{
    uint64_t next_rip = vcpu->run->rip + insn->length;
    bool wide = emulator_mode(vcpu->run) == INSN_MODE_64;

    if (!vcpu->write_refused) {
        vcpu->write_refused = true;
        vmm_log(vcpu->vmm,
                "guest writes at 0x%llx, to a dataport that it may only read; more of this is not "
                "reported",
                (unsigned long long)address);
    }
    exit_advance(vcpu, wide ? next_rip : (uint32_t)next_rip);
    return 0;
}

static int handle_memory(vmm_vcpu_t *vcpu)
{
    const uint64_t protected = seL4_VCPUFault_Present | seL4_VCPUFault_Write;
    const struct seL4_VCPURun *run = vcpu->run;
    uint64_t address = run->address, info = run->info;
    const struct insn *insn;
    int error;

    if ((run->info & seL4_VCPUFault_TableWalk) || (run->status & seL4_VCPURun_EventPending))
        return -EFAULT;                     /* page tables, or an interrupt's stack, outside RAM */
    if (run->info & seL4_VCPUFault_Fetch) { /* where nothing is, all ones: no instruction */
        exit_inject(vcpu, EXCEPTION_UD, false, 0);
        return 0;
    }
    error = exit_fetch(vcpu, &insn);
    if (!error && !insn)
        return 0;
    if (!error && (info & protected) == protected && guest_pointer(&vcpu->vmm->memory, address, 1))
        return refuse_write(vcpu, insn, address);
    if (!error && is_simple_mov(vcpu, insn, address))
        return simple_mov(vcpu, insn, address);
    if (!error)
        error = execute(vcpu, insn, address);
    return error == -EINVAL ? not_decoded(vcpu, address) : error;
}

static int handle_string_port(vmm_vcpu_t *vcpu)
{
    const struct insn *insn;
    int error = exit_fetch(vcpu, &insn);

    if (error || !insn)
        return error;
    if (insn->op != INSN_INS && insn->op != INSN_OUTS)
        return -EINVAL;
    return execute(vcpu, insn, 0);
}

static int handle_port(vmm_vcpu_t *vcpu)
{
    struct port_bus *ports = &vcpu->vmm->ports;
    struct seL4_VCPURun *run = vcpu->run;
    uint64_t info = run->info, next_rip = run->next_rip;
    uint16_t port = (uint16_t)(info >> 16);
    unsigned size = info & seL4_VCPUIO_Size8 ? 1 : info & seL4_VCPUIO_Size16 ? 2 : 4;

    if (info & seL4_VCPUIO_String)
        return handle_string_port(vcpu);
    if (info & seL4_VCPUIO_In) {
        uint64_t value = port_bus_in(ports, port, size);
        uint64_t *rax = &vcpu->run->reg[seL4_VCPUReg_RAX];

        *rax = size == 4 ? value : (*rax & ~MASK(8 * size)) | value;
    } else {
        port_bus_out(ports, port, size, (uint32_t)(run->reg[seL4_VCPUReg_RAX] & MASK(8 * size)));
    }
    exit_advance(vcpu, next_rip);
    return 0;
}

static int handle_wrmsr(vmm_vcpu_t *vcpu)
{
    const struct seL4_VCPURun *run = vcpu->run;
    uint64_t value = (uint32_t)run->reg[seL4_VCPUReg_RAX] | run->reg[seL4_VCPUReg_RDX] << 32;
    uint64_t next_rip = run->next_rip;

    if (msr_write(vcpu, (uint32_t)run->reg[seL4_VCPUReg_RCX], value))
        exit_advance(vcpu, next_rip);
    else
        exit_inject(vcpu, EXCEPTION_GP, true, 0);
    return 0;
}

static int handle_rdmsr(vmm_vcpu_t *vcpu)
{
    uint64_t value, next_rip = vcpu->run->next_rip;

    if (msr_read(vcpu, (uint32_t)vcpu->run->reg[seL4_VCPUReg_RCX], &value)) {
        vcpu->run->reg[seL4_VCPUReg_RAX] = (uint32_t)value;
        vcpu->run->reg[seL4_VCPUReg_RDX] = value >> 32;
        exit_advance(vcpu, next_rip);
    } else {
        exit_inject(vcpu, EXCEPTION_GP, true, 0);
    }
    return 0;
}

static int handle_cpuid(vmm_vcpu_t *vcpu)
{
    struct seL4_VCPURun *run = vcpu->run;
    struct cpuid_state state = {run->cr4, 0, (vcpu->lapic.base & APIC_BASE_ENABLE) != 0};
    uint32_t leaf = (uint32_t)run->reg[seL4_VCPUReg_RAX], regs[4];

    if (leaf == CPUID_XSAVE) {
        state.xcr0 = vcpu_backend_read(vcpu, seL4_VCPUState_XCR0);
        run = vcpu->run;
    }
    cpuid_read(&vcpu->vmm->cpuid, &state, leaf, (uint32_t)run->reg[seL4_VCPUReg_RCX], regs);
    run->reg[seL4_VCPUReg_RAX] = regs[EAX];
    run->reg[seL4_VCPUReg_RBX] = regs[EBX];
    run->reg[seL4_VCPUReg_RCX] = regs[ECX];
    run->reg[seL4_VCPUReg_RDX] = regs[EDX];
    exit_advance(vcpu, run->next_rip);
    return 0;
}

/* Exits by an instruction that is done when the monitor has done what it asks for. */
#define INSTRUCTION_EXITS                                                                          \
    (BIT(seL4_VCPUExit_CPUID) | BIT(seL4_VCPUExit_RDMSR) | BIT(seL4_VCPUExit_WRMSR) |              \
     BIT(seL4_VCPUExit_HLT) | BIT(seL4_VCPUExit_Hypercall) | BIT(seL4_VCPUExit_XSETBV) |           \
     BIT(seL4_VCPUExit_CacheControl))

/*
 * Where the processor does not say where the next instruction begins, the guest's memory does.
 * False: somebody changed it meanwhile, and the guest has its exception.
 */
static inline bool find_next_rip(vmm_vcpu_t *vcpu)
{
    struct seL4_VCPURun *run = vcpu->run;
    const struct insn *insn = emulator_fetched(&vcpu->emulator, run);

    if (!insn && exit_fetch(vcpu, &insn)) {
        exit_inject(vcpu, EXCEPTION_UD, false, 0);
        return false;
    }
    if (!insn)
        return false;
    run->next_rip = run->rip + insn->length;
    if (run->next_rip >> 32 && emulator_mode(run) != INSN_MODE_64)
        run->next_rip = (uint32_t)run->next_rip;
    return true;
}

/*
 * Intel's VMCALL is no instruction on AMD, but guests that do not ask the processor's maker use it.
 * Prefixes make either form of the call undefined, so only the bare three bytes count.
 */
static int handle_undefined(vmm_vcpu_t *vcpu)
{
    const struct insn *insn;
    int error = exit_fetch(vcpu, &insn);

    if (error) { /* not an instruction that the decoder knows */
        exit_inject(vcpu, EXCEPTION_UD, false, 0);
        return 0;
    }
    if (!insn)
        return 0; /* the code has gone from the page tables meanwhile: a page fault */
    if (insn->op == INSN_HYPERCALL && insn->length == HYPERCALL_BYTES)
        return hypercall_handle(vcpu, vcpu->run->rip + HYPERCALL_BYTES);
    exit_inject(vcpu, EXCEPTION_UD, false, 0);
    return 0;
}

int exit_handle(vmm_vcpu_t *vcpu)
{
    const struct seL4_VCPURun *run = vcpu->run;

    if (run->next_rip == 0 && INSTRUCTION_EXITS >> (run->reason & 63) & 1 && !find_next_rip(vcpu))
        return 0;
    switch (vcpu->run->reason) {
    case seL4_VCPUExit_IO:
        return handle_port(vcpu);
    case seL4_VCPUExit_WRMSR:
        return handle_wrmsr(vcpu);
    case seL4_VCPUExit_SecondLevelFault:
        return handle_memory(vcpu);
    case seL4_VCPUExit_HLT:
        exit_advance(vcpu, vcpu->run->next_rip);
        if (!(vcpu->run->event & seL4_VCPUEvent_Valid)) /* a step's #DB ends the HLT */
            run_halted(vcpu);
        return 0;
    case seL4_VCPUExit_RDMSR:
        return handle_rdmsr(vcpu);
    case seL4_VCPUExit_CPUID:
        return handle_cpuid(vcpu);
    case seL4_VCPUExit_Hypercall:
        return hypercall_handle(vcpu, vcpu->run->next_rip);
    case seL4_VCPUExit_Exception:
        if ((uint8_t)vcpu->run->info != EXCEPTION_UD)
            return -ENOSYS; /* no other is asked for */
        return handle_undefined(vcpu);
    case seL4_VCPUExit_XSETBV:
        return exit_xsetbv(vcpu);
    case seL4_VCPUExit_ControlRegister:
        return exit_control_register(vcpu);
    case seL4_VCPUExit_DebugRegister:
        return exit_debug_register(vcpu);
    case seL4_VCPUExit_CacheControl:
        exit_advance(vcpu, vcpu->run->next_rip);
        return 0; /* caches stay coherent: there is no DMA beside them */
    case seL4_VCPUExit_Shutdown:
        vmm_log(vcpu->vmm, "guest shut its processor down (triple fault) at RIP 0x%llx",
                (unsigned long long)vcpu->run->rip);
        vcpu->vmm->stop = VMM_RESET;
        vcpu->vmm->reset_by = "triple fault";
        return 0;
    default:
        return -ENOSYS;
    }
}
