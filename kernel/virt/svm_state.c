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
#include <base/string.h>

#define CR0_NW        BIT(29)
#define CR0_CD        BIT(30)
#define EFER_FFXSR    BIT(14)
#define CR4_BASIC     0x7fful /* VME to OSXMMEXCPT: of every processor in question */
#define CR0_GUEST     0xe005003ful
#define LOW_32        MASK(32)
#define ATTR_FIELDS   0xffful
#define ATTR_DPL      5
#define RFLAGS_FIELDS 0x3f7fd7ul

/* Bits of CR4 and EFER that guests can have: those of features that their kernels are offered. */
static uint64_t guest_cr4, guest_efer;
static bool has_tsc_aux;

/* Registers that are plain words, of the VMCB or beside it. */
struct plain_field {
    uint16_t offset;  /* in struct vcpu */
    uint16_t clean;   /* the VMCB part that a write makes dirty */
    uint64_t allowed; /* bits that may be set */
};

#define KEPT(member, clean, allowed)                                                               \
    {                                                                                              \
        offsetof(struct vcpu, member), clean, allowed                                              \
    }
#define PLAIN(member, clean, allowed)                                                              \
    {                                                                                              \
        offsetof(struct vcpu, page) + offsetof(struct vmcb, member), clean, allowed                \
    }

static const struct plain_field plain_fields[] = {
    [seL4_VCPUState_CR0] = PLAIN(cr0, SVM_CLEAN_CR, CR0_GUEST),
    [seL4_VCPUState_CR2] = PLAIN(cr2, SVM_CLEAN_CR2, ~0ul),
    [seL4_VCPUState_CR3] = PLAIN(cr3, SVM_CLEAN_CR, ~0ul),
    [seL4_VCPUState_CR4] = PLAIN(cr4, SVM_CLEAN_CR, LOW_32),
    [seL4_VCPUState_EFER] = PLAIN(efer, SVM_CLEAN_CR, LOW_32),
    [seL4_VCPUState_DR0] = KEPT(debug_address[0], 0, ~0ul),
    [seL4_VCPUState_DR1] = KEPT(debug_address[1], 0, ~0ul),
    [seL4_VCPUState_DR2] = KEPT(debug_address[2], 0, ~0ul),
    [seL4_VCPUState_DR3] = KEPT(debug_address[3], 0, ~0ul),
    [seL4_VCPUState_DR6] = PLAIN(dr6, SVM_CLEAN_DR, LOW_32),
    [seL4_VCPUState_DR7] = KEPT(debug_control, SVM_CLEAN_DR, LOW_32),
    [seL4_VCPUState_XCR0] = KEPT(xcr0, 0, ~0ul),
    [seL4_VCPUState_TSCAux] = KEPT(tsc_aux, 0, LOW_32),
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
    [seL4_VCPUState_ExceptionBitmap] = KEPT(trapped, SVM_CLEAN_INTERCEPTS, LOW_32),
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
    return (uint64_t *)((char *)v + plain_fields[field].offset);
}

static struct svm_segment *segment(struct vcpu *v, uint64_t index)
{
    return (struct svm_segment *)((char *)svm_vmcb(v) + segment_offset[index]);
}

/* The parts of a segment register: where in struct svm_segment, of what size, and how much. */
static const struct {
    uint8_t offset, size;
    uint64_t most;
} segment_part[] = {
    [seL4_VCPUSeg_Selector] = {offsetof(struct svm_segment, selector), 2, 0xffff},
    [seL4_VCPUSeg_Attr] = {offsetof(struct svm_segment, attr), 2, ATTR_FIELDS},
    [seL4_VCPUSeg_Limit] = {offsetof(struct svm_segment, limit), 4, LOW_32},
    [seL4_VCPUSeg_Base] = {offsetof(struct svm_segment, base), 8, ~0ul},
};

static int write_segment(struct vcpu *v, struct svm_segment *s, uint64_t part, uint64_t value)
{
    struct vmcb *c = svm_vmcb(v);
    if (value > segment_part[part].most)
        return error_range(0, segment_part[part].most);
    memcpy((char *)s + segment_part[part].offset, &value, segment_part[part].size);
    c->cpl = c->ss.attr >> ATTR_DPL & 3; /* the privilege level is that of the stack segment */
    c->clean &= ~SVM_CLEAN_SEGMENTS;
    return 0;
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

/*
 * What the processor would say of this register alone, on VMRUN (APM volume 2, 15.5.1) or by #GP.
 * Of XCR0, what the host does not save for its threads cannot be had either.
 */
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
    case seL4_VCPUState_XCR0:
        return !(value & ~(fpu_xcr0 | XCR0_X87)) && value & XCR0_X87 &&
               (value & (XCR0_AVX | XCR0_SSE)) != XCR0_AVX;
    case seL4_VCPUState_TSCAux:
        return value == 0 || has_tsc_aux;
    case seL4_VCPUState_PAT:
        return pat_is_valid(value);
    default:
        return true;
    }
}

static void set_rare(struct vcpu *v, unsigned bit, bool set)
{
    v->rare = (uint8_t)(set ? v->rare | bit : v->rare & ~bit);
}

static int write_plain(struct vcpu *v, uint64_t field, uint64_t *word, uint64_t value)
{
    struct vmcb *c = svm_vmcb(v);
    if (value & ~plain_fields[field].allowed || !can_be(field, value))
        return error_argument(1);
    *word = value;
    c->clean &= ~(uint32_t)plain_fields[field].clean;
    switch (field) {
    case seL4_VCPUState_EFER:
        c->efer |= EFER_SVME;
        v->efer_hidden = EFER_SVME;
        break;
    case seL4_VCPUState_DR7: /* accesses to debug registers exit: no need to detect them */
        c->dr7 = value & svm_guard_debug_control();
        set_rare(v, SVM_RARE_BREAKPOINT, c->dr7 & SVM_DR7_ENABLE);
        break;
    case seL4_VCPUState_TSCAux:
        set_rare(v, SVM_RARE_TSC_AUX, value != 0);
        break;
    case seL4_VCPUState_ExceptionBitmap:
        c->intercept_exceptions = (uint32_t)value | SVM_EXCEPTIONS_ALWAYS;
        break;
    default:
        break;
    }
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
    word = vector_field(v, field);
    if (word) {
        *word = value;
        return 0;
    }

    switch (field) {
    case seL4_VCPUState_ES ... seL4_VCPUState_TR + seL4_VCPUSeg_Base:
        field -= seL4_VCPUState_ES;
        return write_segment(v, segment(v, field / 4), field % 4, value);
    case seL4_VCPUState_NMI:
        if (value > (seL4_VCPUNMI_Masked | seL4_VCPUNMI_Pending) || value == seL4_VCPUNMI_Pending)
            return error_argument(1);
        svm_nmi_set(v, (unsigned)value);
        return 0;
    case seL4_VCPUState_GDTRLimit:
    case seL4_VCPUState_IDTRLimit:
        if (value > 0xffff)
            return error_range(0, 0xffff);
        *(field == seL4_VCPUState_GDTRLimit ? &c->gdtr.limit : &c->idtr.limit) = (uint32_t)value;
        c->clean &= ~SVM_CLEAN_TABLES;
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

    *value = 0;
    switch (field) {
    case seL4_VCPUState_ES ... seL4_VCPUState_TR + seL4_VCPUSeg_Base:
        field -= seL4_VCPUState_ES;
        memcpy(value, (char *)segment(v, field / 4) + segment_part[field % 4].offset,
               segment_part[field % 4].size);
        return 0;
    case seL4_VCPUState_NMI:
        *value = (v->rare & SVM_RARE_NMI) / SVM_RARE_NMI_MASKED;
        return 0;
    case seL4_VCPUState_GDTRLimit:
        *value = c->gdtr.limit;
        return 0;
    case seL4_VCPUState_IDTRLimit:
        *value = c->idtr.limit;
        return 0;
    default:
        return error_range(0, seL4_VCPUState_Count - 1);
    }
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
    {seL4_VCPUState_LDTR + seL4_VCPUSeg_Attr, 0x82},
    {seL4_VCPUState_TR + seL4_VCPUSeg_Attr, 0x8b},
    {seL4_VCPUState_ExceptionBitmap, 0},
};

void svm_reset_state(struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    for (unsigned i = 0; i < ARRAY_SIZE(segment_offset); i++)
        *segment(v, i) = (struct svm_segment){.attr = 0x93, .limit = 0xffff};
    for (unsigned i = 0; i < ARRAY_SIZE(reset_state); i++)
        virt_write_state(v, reset_state[i].field, reset_state[i].value);
    virt_write_state(v, seL4_VCPUState_PAT, 0x0007040600070406ul);
    v->xcr0 = XCR0_X87;
    c->rip = 0xfff0;
    c->rflags = RFLAGS_ONE;
}

/*
 * CR8 is watched while an interrupt waits for the guest, too: the monitor chose it by the task
 * priority, and QEMU ends itself when CR8 is written while a virtual interrupt waits.
 */
static __attribute__((noinline)) void change_rare(struct vcpu *v, unsigned rare)
{
    struct vmcb *c = svm_vmcb(v);
    v->rare = (uint8_t)((v->rare & ~SVM_RARE_MESSAGE) | rare);
    if (rare != 0)
        c->intercept_cr_write |= SVM_WATCH_CR8;
    else
        c->intercept_cr_write &= (uint16_t)~SVM_WATCH_CR8;
    c->clean &= ~SVM_CLEAN_INTERCEPTS;
}

/*
 * An interrupt is a virtual one of the processor's, not an injected event: it can wait for the
 * guest. The processor says after an exit whether it still does.
 */
void virt_take_message(struct vcpu *v, const struct seL4_VCPURun *in)
{
    struct vmcb *c = svm_vmcb(v);
    unsigned rare = (unsigned)in->control & SVM_RARE_PRIORITY;
    c->rip = in->rip;
    c->rflags = (in->rflags & RFLAGS_FIELDS) | RFLAGS_ONE;
    c->event_inject = 0;
    c->rax = in->reg[seL4_VCPUReg_RAX];
    c->rsp = in->reg[seL4_VCPUReg_RSP];
    if (in->control & seL4_VCPURun_ClearShadow)
        c->shadow = 0;
    c->vintr = in->tpr & SVM_VINTR_TPR_MASK; /* the rest comes with each entry */
    c->exit_int_info = 0;
    if (in->interrupt & seL4_VCPUEvent_Valid) {
        c->vintr |= SVM_VINTR_IRQ | SVM_VINTR_PRIORITY | SVM_VINTR_NO_TPR;
        c->vintr_vector = (uint8_t)in->interrupt;
        rare |= SVM_RARE_INTERRUPT;
    }
    if (((v->rare ^ rare) & SVM_RARE_MESSAGE) != 0)
        change_rare(v, rare);
    if (__builtin_expect(in->event != 0, 0))
        svm_take_event(v, in->event);
}

/*
 * An event whose delivery was cut short. An interrupt waits again; QEMU says that it still does,
 * and that it was an exception. What an instruction raised itself (INT n, INT3, INTO) comes again
 * when that instruction does: RIP still points to it.
 */
uint64_t svm_undelivered_event(struct vcpu *v)
{
    struct vmcb *c = svm_vmcb(v);
    uint64_t event = c->exit_int_info & SVM_EVENT_FIELDS;
    unsigned type = event & SVM_EVENT_TYPE, vector = event & SVM_EVENT_VECTOR;
    bool exception = type == seL4_VCPUEvent_Exception;
    bool waits = c->vintr & SVM_VINTR_IRQ && vector == c->vintr_vector;
    if (type == SVM_EVENT_INTERRUPT || (exception && waits)) {
        c->vintr |= SVM_VINTR_IRQ;
        return 0;
    }
    if (type == SVM_EVENT_INT_N || (exception && (vector == 3 || vector == 4)))
        return 0;
    return event;
}

void virt_give_message(struct vcpu *v, struct seL4_VCPURun *out)
{
    const struct vmcb *c = svm_vmcb(v);
    out->rip = c->rip;
    out->rflags = c->rflags;
    out->event = out->interrupt = 0;
    out->status = c->shadow & SVM_SHADOW;
    out->tpr = c->vintr & SVM_VINTR_TPR_MASK;
    out->reg[seL4_VCPUReg_RAX] = c->rax;
    out->reg[seL4_VCPUReg_RSP] = c->rsp;
    out->cr0 = c->cr0;
    out->cr2 = c->cr2;
    out->cr3 = c->cr3;
    out->cr4 = c->cr4;
    out->efer = svm_guest_efer(v);
    out->cs_base = c->cs.base;
    out->cs_attr = c->cs.attr;
    out->ss_attr = c->ss.attr;
    out->cpl = c->cpl;
    if (__builtin_expect(c->vintr & SVM_VINTR_IRQ, 0)) {
        out->interrupt = c->vintr_vector | seL4_VCPUEvent_Valid;
        if (c->exit_int_info & SVM_EVENT_VALID)
            out->status |= seL4_VCPURun_EventPending;
    }
    if (__builtin_expect(c->event_inject & SVM_EVENT_VALID, 0))
        svm_give_event(v, out);
}
