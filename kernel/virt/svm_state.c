/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's registers in AMD's control block: named fields for the monitor, reset values, and the
 * message of seL4_VMEnter().
 *
 * A guest may have any state: the processor checks it on VMRUN and refuses what makes no sense.
 * Only what a register cannot hold by itself is refused here: bits of features that no guest is
 * offered (they might act one day), and EFER.SVME, without which VMRUN always fails.
 *
 * Rests on: AMD64 APM volume 2, 14.1 (reset state), 15.5.1 (consistency checks), appendix B.
 */
#include "svm_private.h"

#include "api/invocation.h"
#include "cpu/x86.h"

#define CR0_NW        BIT(29)
#define CR0_CD        BIT(30)
#define EFER_FFXSR    BIT(14)
#define CR4_BASIC     0x7fful /* VME to OSXMMEXCPT: of every processor in question */
#define CR0_GUEST     0xe005003ful
#define LOW_32        MASK(32)
#define ATTR_FIELDS   0xffful
#define ATTR_DPL      5
#define RFLAGS_FIELDS 0x3f7fd7ul
#define XCR0_X87      BIT(0)
#define XCR0_SSE      BIT(1)
#define XCR0_AVX      BIT(2)

/* Bits of CR4 and EFER that guests can have: those of features that their kernels are offered. */
static uint64_t guest_cr4, guest_efer;
static bool has_tsc_aux;

/* Registers that are plain words of the VMCB. */
struct plain_field {
    uint16_t offset;
    uint16_t clean;   /* the VMCB part that a write makes dirty */
    uint64_t allowed; /* bits that may be set */
};

#define PLAIN(member, clean, allowed)                                                              \
    {                                                                                              \
        offsetof(struct vmcb, member), clean, allowed                                              \
    }

static const struct plain_field plain_fields[] = {
    [seL4_VCPUState_CR0] = PLAIN(cr0, SVM_CLEAN_CR, CR0_GUEST),
    [seL4_VCPUState_CR2] = PLAIN(cr2, SVM_CLEAN_CR2, ~0ul),
    [seL4_VCPUState_CR3] = PLAIN(cr3, SVM_CLEAN_CR, ~0ul),
    [seL4_VCPUState_CR4] = PLAIN(cr4, SVM_CLEAN_CR, LOW_32),
    [seL4_VCPUState_EFER] = PLAIN(efer, SVM_CLEAN_CR, LOW_32),
    [seL4_VCPUState_DR6] = PLAIN(dr6, SVM_CLEAN_DR, LOW_32),
    [seL4_VCPUState_PAT] = PLAIN(pat, SVM_CLEAN_NESTED, 0x0707070707070707ul),
    [seL4_VCPUState_STAR] = PLAIN(star, 0, ~0ul),
    [seL4_VCPUState_LSTAR] = PLAIN(lstar, 0, ~0ul),
    [seL4_VCPUState_CSTAR] = PLAIN(cstar, 0, ~0ul),
    [seL4_VCPUState_SFMASK] = PLAIN(sfmask, 0, ~0ul),
    [seL4_VCPUState_KernelGSBase] = PLAIN(kernel_gs_base, 0, ~0ul),
    [seL4_VCPUState_SysenterCS] = PLAIN(sysenter_cs, 0, ~0ul),
    [seL4_VCPUState_SysenterESP] = PLAIN(sysenter_esp, 0, ~0ul),
    [seL4_VCPUState_SysenterEIP] = PLAIN(sysenter_eip, 0, ~0ul),
    [seL4_VCPUState_TSCOffset] = PLAIN(tsc_offset, SVM_CLEAN_INTERCEPTS, ~0ul),
    [seL4_VCPUState_GDTRBase] = PLAIN(gdtr.base, SVM_CLEAN_TABLES, ~0ul),
    [seL4_VCPUState_IDTRBase] = PLAIN(idtr.base, SVM_CLEAN_TABLES, ~0ul),
};

/* Segment registers in the order of enum seL4_VCPUState. */
static const uint16_t segment_offset[] = {
    offsetof(struct vmcb, es),   offsetof(struct vmcb, cs), offsetof(struct vmcb, ss),
    offsetof(struct vmcb, ds),   offsetof(struct vmcb, fs), offsetof(struct vmcb, gs),
    offsetof(struct vmcb, ldtr), offsetof(struct vmcb, tr),
};

/* The words of vector registers; all of them may be anything. */
static uint64_t *vector_field(struct vcpu *v, uint64_t field)
{
    if (field < seL4_VCPUState_Vector || field >= seL4_VCPUState_Count)
        return NULL;
    field -= seL4_VCPUState_Vector;
    return fpu_vector_word(v->fpu, (unsigned)field / 4, field % 4);
}

static uint64_t *plain_field(struct vcpu *v, uint64_t field)
{
    if (field >= ARRAY_SIZE(plain_fields) || plain_fields[field].offset == 0)
        return NULL;
    return (uint64_t *)((char *)svm_vmcb(v) + plain_fields[field].offset);
}

static struct svm_segment *segment(struct vcpu *v, uint64_t index)
{
    return (struct svm_segment *)((char *)svm_vmcb(v) + segment_offset[index]);
}

static uint64_t read_segment(const struct svm_segment *s, uint64_t part)
{
    switch (part) {
    case seL4_VCPUSeg_Selector:
        return s->selector;
    case seL4_VCPUSeg_Attr:
        return s->attr;
    case seL4_VCPUSeg_Limit:
        return s->limit;
    default:
        return s->base;
    }
}

static int write_segment(struct vcpu *v, struct svm_segment *s, uint64_t part, uint64_t value)
{
    static const uint64_t most[] = {0xffff, ATTR_FIELDS, LOW_32, ~0ul};
    if (value > most[part])
        return error_range(0, most[part]);
    switch (part) {
    case seL4_VCPUSeg_Selector:
        s->selector = (uint16_t)value;
        break;
    case seL4_VCPUSeg_Attr:
        s->attr = (uint16_t)value;
        break;
    case seL4_VCPUSeg_Limit:
        s->limit = (uint32_t)value;
        break;
    default:
        s->base = value;
    }
    struct vmcb *c = svm_vmcb(v);
    c->cpl = c->ss.attr >> ATTR_DPL & 3; /* the privilege level is that of the stack segment */
    c->clean &= ~SVM_CLEAN_SEGMENTS;
    return 0;
}

/* What XSETBV would refuse, and what the host does not save for its threads, cannot be had. */
static int write_xcr0(struct vcpu *v, uint64_t value)
{
    uint64_t host = fpu_xcr0 == 0 ? XCR0_X87 : fpu_xcr0;
    if ((value & ~host) != 0 || !(value & XCR0_X87) || (value & (XCR0_AVX | XCR0_SSE)) == XCR0_AVX)
        return error_argument(1);
    v->xcr0 = value;
    return 0;
}

/* What RDTSCP and RDPID give; where there is neither, nothing but 0 can be had. */
static int write_tsc_aux(struct vcpu *v, uint64_t value)
{
    if (value > LOW_32 || (value != 0 && !has_tsc_aux))
        return error_argument(1);
    v->tsc_aux = value;
    v->rare = (uint8_t)((v->rare & ~SVM_RARE_TSC_AUX) | (value != 0 ? SVM_RARE_TSC_AUX : 0));
    return seL4_NoError;
}

/* The guest's accesses to debug registers all exit, so DR7 need not detect them, too. */
static int write_debug_control(struct vcpu *v, uint64_t value)
{
    struct vmcb *c = svm_vmcb(v);
    if (value > LOW_32)
        return error_argument(1);
    v->debug_control = value;
    c->dr7 = value & svm_guard_debug_control();
    v->rare = (uint8_t)((v->rare & ~SVM_RARE_BREAKPOINT) |
                        (c->dr7 & SVM_DR7_ENABLE ? SVM_RARE_BREAKPOINT : 0));
    c->clean &= ~SVM_CLEAN_DR;
    return seL4_NoError;
}

static bool pat_is_valid(uint64_t pat)
{
    for (; pat != 0; pat >>= 8)
        if ((pat & 7) == 2 || (pat & 7) == 3)
            return false;
    return true;
}

void svm_state_init(void)
{
    struct cpuid_regs seven = cpuid(7, 0);
    uint32_t extended = cpuid(0x80000001, 0).edx;
    guest_cr4 = CR4_BASIC | (seven.ecx & BIT(2) ? BIT(11) : 0) /* UMIP */ |
                (seven.ebx & BIT(0) ? BIT(16) : 0) /* FSGSBASE */ |
                (cpuid(1, 0).ecx & BIT(26) ? BIT(18) : 0) /* OSXSAVE */ |
                (seven.ebx & BIT(7) ? BIT(20) : 0) /* SMEP */ |
                (seven.ebx & BIT(20) ? BIT(21) : 0) /* SMAP */;
    guest_efer = EFER_SCE | EFER_LME | EFER_LMA | (extended & BIT(20) ? EFER_NXE : 0) |
                 (extended & BIT(25) ? EFER_FFXSR : 0);
    has_tsc_aux = extended & BIT(27) /* RDTSCP */ || seven.ecx & BIT(22) /* RDPID */;
    if (has_tsc_aux)
        wrmsr(MSR_TSC_AUX, 0);
}

/* What the processor's checks on VMRUN would say of this register alone: APM volume 2, 15.5.1. */
static bool can_be(uint64_t field, uint64_t value)
{
    switch (field) {
    case seL4_VCPUState_CR0:
        return !(value & CR0_NW) || value & CR0_CD;
    case seL4_VCPUState_CR3:
        return value >> cpu_features.phys_bits == 0;
    case seL4_VCPUState_CR4:
        return !(value & ~guest_cr4);
    case seL4_VCPUState_EFER:
        return !(value & ~guest_efer);
    case seL4_VCPUState_PAT:
        return pat_is_valid(value);
    default:
        return true;
    }
}

static int write_plain(struct vcpu *v, uint64_t field, uint64_t *word, uint64_t value)
{
    if (value & ~plain_fields[field].allowed || !can_be(field, value))
        return error_argument(1);
    if (field == seL4_VCPUState_EFER) {
        value |= EFER_SVME;
        v->efer_hidden = EFER_SVME;
    }
    *word = value;
    svm_vmcb(v)->clean &= ~(uint32_t)plain_fields[field].clean;
    if (plain_fields[field].clean == SVM_CLEAN_CR) {
        v->asid_generation = 0; /* what the TLB has may no longer hold */
        svm_guard_settle(v);
    }
    return 0;
}

int virt_write_state(struct vcpu *v, uint64_t field, uint64_t value)
{
    struct vmcb *c = svm_vmcb(v);
    uint64_t *word = plain_field(v, field);
    if (word)
        return write_plain(v, field, word, value);
    if (field >= seL4_VCPUState_ES && field < seL4_VCPUState_TR + 4) {
        uint64_t i = field - seL4_VCPUState_ES;
        return write_segment(v, segment(v, i / 4), i % 4, value);
    }
    word = vector_field(v, field);
    if (word) {
        *word = value;
        return 0;
    }

    switch (field) {
    case seL4_VCPUState_DR0 ... seL4_VCPUState_DR3:
        v->debug_address[field - seL4_VCPUState_DR0] = value;
        return seL4_NoError;
    case seL4_VCPUState_DR7:
        return write_debug_control(v, value);
    case seL4_VCPUState_XCR0:
        return write_xcr0(v, value);
    case seL4_VCPUState_TSCAux:
        return write_tsc_aux(v, value);
    case seL4_VCPUState_GDTRLimit:
    case seL4_VCPUState_IDTRLimit:
        if (value > 0xffff)
            return error_range(0, 0xffff);
        *(field == seL4_VCPUState_GDTRLimit ? &c->gdtr.limit : &c->idtr.limit) = (uint32_t)value;
        c->clean &= ~SVM_CLEAN_TABLES;
        return 0;
    case seL4_VCPUState_ExceptionBitmap:
        if (value > LOW_32)
            return error_range(0, LOW_32);
        v->trapped = (uint32_t)value;
        c->intercept_exceptions = v->trapped | SVM_EXCEPTIONS_ALWAYS;
        c->clean &= ~SVM_CLEAN_INTERCEPTS;
        return 0;
    default:
        return error_range(0, seL4_VCPUState_Count - 1);
    }
}

int virt_read_state(struct vcpu *v, uint64_t field, uint64_t *value)
{
    struct vmcb *c = svm_vmcb(v);
    const uint64_t *word = plain_field(v, field) ?: vector_field(v, field);
    if (word) {
        *value = field == seL4_VCPUState_EFER ? svm_guest_efer(v) : *word;
        return 0;
    }
    if (field >= seL4_VCPUState_ES && field < seL4_VCPUState_TR + 4) {
        uint64_t i = field - seL4_VCPUState_ES;
        *value = read_segment(segment(v, i / 4), i % 4);
        return 0;
    }

    switch (field) {
    case seL4_VCPUState_DR0 ... seL4_VCPUState_DR3:
        *value = v->debug_address[field - seL4_VCPUState_DR0];
        break;
    case seL4_VCPUState_DR7:
        *value = v->debug_control;
        break;
    case seL4_VCPUState_XCR0:
        *value = v->xcr0;
        break;
    case seL4_VCPUState_TSCAux:
        *value = v->tsc_aux;
        break;
    case seL4_VCPUState_GDTRLimit:
        *value = c->gdtr.limit;
        break;
    case seL4_VCPUState_IDTRLimit:
        *value = c->idtr.limit;
        break;
    case seL4_VCPUState_ExceptionBitmap:
        *value = v->trapped;
        break;
    default:
        return error_range(0, seL4_VCPUState_Count - 1);
    }
    return 0;
}

/* The state in which a processor leaves reset, so that a forgotten field is a sane one. */
static const struct {
    uint16_t field;
    uint32_t value;
} reset_state[] = {
    {seL4_VCPUState_CR0, 0x60000010},
    {seL4_VCPUState_EFER, 0},
    {seL4_VCPUState_DR6, 0xffff0ff0},
    {seL4_VCPUState_DR7, 0x400},
    {seL4_VCPUState_GDTRLimit, 0xffff},
    {seL4_VCPUState_IDTRLimit, 0xffff},
    {seL4_VCPUState_CS + seL4_VCPUSeg_Selector, 0xf000},
    {seL4_VCPUState_CS + seL4_VCPUSeg_Base, 0xffff0000},
    {seL4_VCPUState_CS + seL4_VCPUSeg_Attr, 0x9b},
    {seL4_VCPUState_SS + seL4_VCPUSeg_Attr, 0x93},
    {seL4_VCPUState_DS + seL4_VCPUSeg_Attr, 0x93},
    {seL4_VCPUState_ES + seL4_VCPUSeg_Attr, 0x93},
    {seL4_VCPUState_FS + seL4_VCPUSeg_Attr, 0x93},
    {seL4_VCPUState_GS + seL4_VCPUSeg_Attr, 0x93},
    {seL4_VCPUState_LDTR + seL4_VCPUSeg_Attr, 0x82},
    {seL4_VCPUState_TR + seL4_VCPUSeg_Attr, 0x8b},
    {seL4_VCPUState_ExceptionBitmap, 0},
};

void svm_reset_state(struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    for (unsigned i = 0; i < ARRAY_SIZE(reset_state); i++)
        virt_write_state(v, reset_state[i].field, reset_state[i].value);
    for (unsigned i = 0; i < ARRAY_SIZE(segment_offset); i++)
        segment(v, i)->limit = 0xffff;
    virt_write_state(v, seL4_VCPUState_PAT, 0x0007040600070406ul);
    v->xcr0 = XCR0_X87;
    c->rip = 0xfff0;
    c->rflags = RFLAGS_ONE;
}

void virt_take_message(struct vcpu *v, const struct seL4_VCPURun *in)
{
    struct vmcb *c = svm_vmcb(v);
    c->rip = in->rip;
    c->rflags = (in->rflags & RFLAGS_FIELDS) | RFLAGS_ONE;
    c->event_inject = in->event & SVM_EVENT_FIELDS;
    c->rax = in->reg[seL4_VCPUReg_RAX];
    c->rsp = in->reg[seL4_VCPUReg_RSP];
    if (in->control & seL4_VCPURun_ClearShadow)
        c->shadow = 0;
    c->vintr = in->tpr & SVM_VINTR_TPR_MASK; /* the rest comes with each entry */
    svm_set_window(v, (unsigned)in->control);
}

/*
 * An event whose delivery was cut short. What an instruction raised itself (INT n, INT3, INTO)
 * comes again when that instruction does: RIP still points to it.
 */
uint64_t svm_undelivered_event(const struct vmcb *c)
{
    uint64_t event = c->exit_int_info & SVM_EVENT_FIELDS;
    if (!(event & SVM_EVENT_VALID))
        return 0;
    unsigned type = event >> 8 & 7, vector = event & SVM_EVENT_VECTOR;
    if (type == 4 || (type == 3 && (vector == 3 || vector == 4)))
        return 0;
    return event;
}

void virt_give_message(struct vcpu *v, struct seL4_VCPURun *out)
{
    const struct vmcb *c = svm_vmcb(v);
    out->rip = c->rip;
    out->rflags = c->rflags;
    out->event = c->event_inject & SVM_EVENT_VALID ? c->event_inject : 0;
    out->tpr = c->vintr & SVM_VINTR_TPR_MASK;
    out->reg[seL4_VCPUReg_RAX] = c->rax;
    out->reg[seL4_VCPUReg_RSP] = c->rsp;
    out->status = (c->shadow & SVM_SHADOW ? seL4_VCPURun_Shadow : 0) |
                  (out->event != 0 ? seL4_VCPURun_EventPending : 0);
    out->cr0 = c->cr0;
    out->cr2 = c->cr2;
    out->cr3 = c->cr3;
    out->cr4 = c->cr4;
    out->efer = svm_guest_efer(v);
    out->cs_base = c->cs.base;
    out->cs_attr = c->cs.attr;
    out->ss_attr = c->ss.attr;
    out->cpl = c->cpl;
}
