/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MSR policy (msr.h). Numbers: APM volume 2, appendix A; Intel SDM volume 4.
 */
#include <vmm/vcpu_backend.h>
#include <vmm/x86.h>

#include <string.h>

#define MSR_TSC           0x10u
#define MSR_APIC_BASE     0x1bu
#define MSR_MTRR_CAP      0xfeu
#define MSR_MTRR_VARIABLE 0x200u
#define MSR_PAT           0x277u
#define MSR_MTRR_DEFAULT  0x2ffu
#define MSR_TSC_DEADLINE  0x6e0u
#define MSR_X2APIC        0x800u
#define MSR_EFER          0xc0000080u

#define MTRR_CAP_VALUE     (MTRR_VARIABLE | BIT(8) | BIT(10)) /* fixed ranges, write combining */
#define MTRR_DEFAULT_VALUE 0xc06u                             /* on, fixed on, write back */
#define MTRR_WRITE_BACK    0x0606060606060606ull

enum msr_kind {
    MSR_CONSTANT, /* reads `value`, drops writes */
    MSR_STATE,    /* field `value` of the VCPU, where the kernel lets it exit at all */
};

struct msr_rule {
    uint32_t msr;
    uint8_t kind;
    uint64_t value;
};

static const struct msr_rule rules[] = {
    {0x00000017, MSR_CONSTANT, 0},          /* platform id */
    {0x0000002a, MSR_CONSTANT, 0},          /* power-on configuration */
    {0x0000008b, MSR_CONSTANT, 0x01000065}, /* microcode level: high enough to need none */
    {0x00000174, MSR_STATE, seL4_VCPUState_SysenterCS},
    {0x00000175, MSR_STATE, seL4_VCPUState_SysenterESP},
    {0x00000176, MSR_STATE, seL4_VCPUState_SysenterEIP},
    {0x000001a0, MSR_CONSTANT, 1}, /* fast strings */
    {0x000001d9, MSR_CONSTANT, 0}, /* debug control: no branch records */
    {MSR_PAT, MSR_STATE, seL4_VCPUState_PAT},
    {0xc0000081, MSR_STATE, seL4_VCPUState_STAR},
    {0xc0000082, MSR_STATE, seL4_VCPUState_LSTAR},
    {0xc0000083, MSR_STATE, seL4_VCPUState_CSTAR},
    {0xc0000084, MSR_STATE, seL4_VCPUState_SFMASK},
    {0xc0000100, MSR_STATE, seL4_VCPUState_FS + seL4_VCPUSeg_Base},
    {0xc0000101, MSR_STATE, seL4_VCPUState_GS + seL4_VCPUSeg_Base},
    {0xc0000102, MSR_STATE, seL4_VCPUState_KernelGSBase},
    {0xc0000103, MSR_STATE, seL4_VCPUState_TSCAux},
    {0xc0010000, MSR_CONSTANT, 0}, /* four performance events and their counters, of no PMU */
    {0xc0010001, MSR_CONSTANT, 0},
    {0xc0010002, MSR_CONSTANT, 0},
    {0xc0010003, MSR_CONSTANT, 0},
    {0xc0010004, MSR_CONSTANT, 0},
    {0xc0010005, MSR_CONSTANT, 0},
    {0xc0010006, MSR_CONSTANT, 0},
    {0xc0010007, MSR_CONSTANT, 0},
    {0xc0010010, MSR_CONSTANT, 0},        /* SYSCFG */
    {0xc0010015, MSR_CONSTANT, 1u << 24}, /* HWCR: the TSC counts at the P0 rate */
    {0xc001001a, MSR_CONSTANT, 0},        /* TOP_MEM */
    {0xc001001d, MSR_CONSTANT, 0},        /* TOP_MEM2 */
    {0xc001001f, MSR_CONSTANT, 0},        /* NB_CFG */
    {0xc0010055, MSR_CONSTANT, 0},        /* interrupt pending message: no C1E */
    {0xc0010112, MSR_CONSTANT, 0},        /* SMM address and mask */
    {0xc0010113, MSR_CONSTANT, 0},
    {0xc0011020, MSR_CONSTANT, 0}, /* LS_CFG */
    {0xc0011021, MSR_CONSTANT, 0}, /* IC_CFG */
    {0xc0011022, MSR_CONSTANT, 0}, /* DC_CFG */
    {0xc0011023, MSR_CONSTANT, 0}, /* BU_CFG */
    {0xc0011029, MSR_CONSTANT, 2}, /* DE_CFG: LFENCE serialises */
    {0xc001102a, MSR_CONSTANT, 0}, /* BU_CFG2 */
};

static const struct msr_rule *find_rule(uint32_t msr)
{
    for (unsigned i = 0; i < ARRAY_SIZE(rules); i++)
        if (rules[i].msr == msr)
            return &rules[i];
    return NULL;
}

static uint64_t *find_mtrr(struct msr_store *store, uint32_t msr)
{
    static const uint16_t fixed[MTRR_FIXED] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
                                               0x26b, 0x26c, 0x26d, 0x26e, 0x26f};

    if (msr - MSR_MTRR_VARIABLE < 2 * MTRR_VARIABLE)
        return &store->mtrr_variable[msr - MSR_MTRR_VARIABLE];
    if (msr == MSR_MTRR_DEFAULT)
        return &store->mtrr_default;
    for (unsigned i = 0; i < MTRR_FIXED; i++)
        if (fixed[i] == msr)
            return &store->mtrr_fixed[i];
    return NULL;
}

static bool write_efer(vmm_vcpu_t *vcpu, uint64_t value)
{
    const struct seL4_VCPURun *run = vcpu->run;
    uint64_t allowed = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR;
    uint64_t current = run->efer;

    if ((value & ~allowed) || ((run->cr0 & CR0_PG) && ((value ^ current) & EFER_LME)))
        return false;
    value = (value & ~EFER_LMA) | (current & EFER_LMA);
    if (vcpu_backend_write(vcpu, seL4_VCPUState_EFER, value))
        return false;
    vcpu->run->efer = value;
    return true;
}

/* The APIC's page may go anywhere but into RAM, which would hide it. */
static bool write_apic_base(vmm_vcpu_t *vcpu, uint64_t value)
{
    const struct vmm *vmm = vcpu->vmm;
    uint64_t page = value & ~(LAPIC_SIZE - 1);

    return !(value >> cpuid_physical_bits(&vmm->cpuid)) && !guest_pointer(&vmm->memory, page, 1) &&
           lapic_base_write(&vcpu->lapic, value);
}

/* The registers that guests use all the time, before any table. */
bool msr_read(vmm_vcpu_t *vcpu, uint32_t msr, uint64_t *value)
{
    const struct msr_rule *rule;
    const uint64_t *mtrr;

    if (msr - MSR_X2APIC < 0x100)
        return lapic_x2apic_read(&vcpu->lapic, msr, value);
    switch (msr) {
    case MSR_EFER:
        *value = vcpu->run->efer;
        return true;
    case MSR_TSC:
        *value = clock_now(&vcpu->vmm->clock);
        return true;
    case MSR_TSC_DEADLINE:
        *value = vcpu->lapic.tsc_deadline;
        return true;
    case MSR_APIC_BASE:
        *value = vcpu->lapic.base;
        return true;
    case MSR_MTRR_CAP:
        *value = MTRR_CAP_VALUE;
        return true;
    default:
        break;
    }
    rule = find_rule(msr);
    if (rule) {
        *value = rule->kind == MSR_CONSTANT ? rule->value
                                            : vcpu_backend_read(vcpu, (unsigned)rule->value);
        return true;
    }
    mtrr = find_mtrr(&vcpu->msrs, msr);
    if (mtrr) {
        *value = *mtrr;
        return true;
    }
    return pvclock_read(&vcpu->pvclock, msr, value);
}

bool msr_write(vmm_vcpu_t *vcpu, uint32_t msr, uint64_t value)
{
    const struct msr_rule *rule;
    uint64_t *mtrr;

    if (msr - MSR_X2APIC < 0x100)
        return lapic_x2apic_write(&vcpu->lapic, msr, value);
    switch (msr) {
    case MSR_TSC_DEADLINE:
        lapic_deadline_write(&vcpu->lapic, value);
        return true;
    case MSR_EFER:
        return write_efer(vcpu, value);
    case MSR_TSC:
        return true; /* the counter is the machine's own: nobody can set it */
    case MSR_APIC_BASE:
        return write_apic_base(vcpu, value);
    default:
        break;
    }
    rule = find_rule(msr);
    if (rule) {
        return rule->kind == MSR_CONSTANT ||
               vcpu_backend_write(vcpu, (unsigned)rule->value, value) == 0;
    }
    mtrr = find_mtrr(&vcpu->msrs, msr);
    if (mtrr) {
        *mtrr = value; /* kept for the guest to read; its memory types come from its page tables */
        return true;
    }
    return pvclock_write(&vcpu->pvclock, msr, value);
}

void msr_init(struct msr_store *store)
{
    memset(store, 0, sizeof(*store));
    store->mtrr_default = MTRR_DEFAULT_VALUE;
    for (unsigned i = 0; i < MTRR_FIXED; i++)
        store->mtrr_fixed[i] = MTRR_WRITE_BACK;
}
