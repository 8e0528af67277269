/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SVM backend on a model of the processor that has what QEMU's has not: TLB tags and control
 * block fields that really are kept from one VMRUN to the next, NRIP save, decode assists.
 *
 * Rests on: AMD64 APM volume 2, 15.7.1 (next RIP), 15.15 (clean bits), 15.16 (tags), 15.5.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "virt/svm_private.h"

#include "cpu/features.h"
#include "cpu/x86.h"
#include "state/core.h"

#include <asm/prctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TAGS  4 /* 0 is the host's */
#define VCPUS 5
#define STEPS 20000
#define EVENT (SVM_EVENT_VALID | seL4_VCPUEvent_NMI | VECTOR_NMI)

#define VECTOR_DEVICE 0x41u

/* --- What the backend stands on --- */

char *host_memory; /* physical addresses are those of the host */
struct cpu_features cpu_features = {.phys_bits = 48};
const char svm_switch_back[1];
static uint64_t tsc_aux;
static uint32_t features; /* CPUID 8000_000A EDX */
static bool tcg;          /* says that it is QEMU's TCG */
static struct tcb thread;
static struct core core = {.self = &core, .current = &thread};

struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
    (void)subleaf;
    switch (leaf) {
    case 1:
        return (struct cpuid_regs){.ecx = tcg ? BIT(31) : 0};
    case 0x40000000:
        return (struct cpuid_regs){.ebx = 0x54474354};
    case 0x80000000:
        return (struct cpuid_regs){.eax = 0x8000000a};
    case 0x80000001:
        return (struct cpuid_regs){.ecx = BIT(2), .edx = BIT(20) | BIT(27)}; /* SVM, NX, RDTSCP */
    case 0x8000000a:
        return (struct cpuid_regs){.ebx = TAGS, .edx = features};
    default:
        return (struct cpuid_regs){0};
    }
}

uint64_t rdtsc(void)
{
    return 0;
}

uint64_t rdmsr(uint32_t msr)
{
    (void)msr;
    return 0;
}

void wrmsr(uint32_t msr, uint64_t value)
{
    if (msr == MSR_TSC_AUX)
        tsc_aux = value;
}

void vmsave(uint64_t vmcb_pa)
{
    (void)vmcb_pa;
}

void panic(const char *format, ...)
{
    fail_msg("panic: %s", format);
    abort();
}

int error_range(uint64_t min, uint64_t max)
{
    (void)min, (void)max;
    return seL4_RangeError;
}

int error_argument(unsigned number)
{
    (void)number;
    return seL4_InvalidArgument;
}

void sched_want_tick(void)
{
}

/* --- The processor --- */

static struct vcpu *vcpu[VCPUS];
static uint64_t epoch[VCPUS]; /* of its translations: those of others must not be used */

static struct {
    /* The control block that it knows, as it left it, and the permission maps. */
    const struct vmcb *of;
    struct vmcb known;
    uint8_t maps[(SVM_IOPM_PAGES + SVM_MSRPM_PAGES) * PAGE_SIZE_4K];
    const struct vmcb *refused; /* the last VMRUN of this one failed */
    /* Whose translations the TLB has under each tag. */
    struct {
        unsigned vcpu;
        uint64_t epoch;
        bool used;
    } tag[TAGS];
    unsigned running;     /* the VCPU that the test enters */
    uint64_t exit;        /* what comes of the next VMRUN; of SVM_EXIT_INVALID nothing else does */
    bool event_cut_short; /* the delivery of what is injected there, or of its interrupt */
    bool open;            /* the guest takes interrupts */
    uint64_t injected;
    unsigned switches, flushes, kept;
} cpu;

#define SAME(member) assert_memory_equal(&cpu.known.member, &c->member, sizeof(c->member))

static void check_clean(const struct vmcb *c, uint32_t clean)
{
    if (clean & SVM_CLEAN_INTERCEPTS) {
        SAME(intercept_cr_read), SAME(intercept_cr_write);
        SAME(intercept_dr_read), SAME(intercept_dr_write);
        SAME(intercept_exceptions), SAME(intercept_misc), SAME(tsc_offset);
    }
    if (clean & SVM_CLEAN_MAPS) {
        SAME(iopm_pa), SAME(msrpm_pa);
        assert_memory_equal(cpu.maps, (const void *)c->iopm_pa, sizeof(cpu.maps));
    }
    if (clean & SVM_CLEAN_ASID)
        SAME(asid);
    if (clean & SVM_CLEAN_VINTR)
        SAME(vintr);
    if (clean & SVM_CLEAN_NESTED)
        SAME(nested_cr3), SAME(pat);
    if (clean & SVM_CLEAN_CR)
        SAME(cr0), SAME(cr3), SAME(cr4), SAME(efer);
    if (clean & SVM_CLEAN_DR)
        SAME(dr6), SAME(dr7);
    if (clean & SVM_CLEAN_TABLES)
        SAME(gdtr.base), SAME(gdtr.limit), SAME(idtr.base), SAME(idtr.limit);
    if (clean & SVM_CLEAN_SEGMENTS)
        SAME(cs), SAME(ds), SAME(ss), SAME(es), SAME(cpl);
    if (clean & SVM_CLEAN_CR2)
        SAME(cr2);
    cpu.kept += clean != 0;
}

/* Translations of this guest, and of this epoch, are all that its tag may name. */
static void check_tag(const struct vmcb *c)
{
    unsigned i = cpu.running;
    assert_in_range(c->asid, 1, TAGS - 1);
    if (c->tlb_control == SVM_TLB_FLUSH_ALL) {
        memset(cpu.tag, 0, sizeof(cpu.tag));
        cpu.flushes++;
    }
    if (cpu.tag[c->asid].used) {
        assert_int_equal(cpu.tag[c->asid].vcpu, i);
        assert_int_equal(cpu.tag[c->asid].epoch, epoch[i]);
    }
    cpu.tag[c->asid].used = true;
    cpu.tag[c->asid].vcpu = i;
    cpu.tag[c->asid].epoch = epoch[i];
}

static uint64_t exit_of(const struct vmcb *c)
{
    if (c->rflags & RFLAGS_TF) { /* over an IRET: it completes, faults, or something else comes */
        static const uint64_t codes[] = {SVM_EXIT_EXCEPTION + VECTOR_DB,
                                         SVM_EXIT_EXCEPTION + VECTOR_PF, SVM_EXIT_INTR,
                                         SVM_EXIT_NPF};
        return codes[rand() % 4];
    }
    return c->intercept_misc[0] & SVM_INTERCEPT_IRET && rand() % 2 ? SVM_EXIT_IRET : cpu.exit;
}

/* The guest takes its interrupt, or it would, if it had a stack. */
static void interrupt(struct vmcb *c)
{
    if (!cpu.open || !(c->vintr & SVM_VINTR_IRQ))
        return;
    if (cpu.event_cut_short)
        c->exit_int_info = c->vintr_vector | SVM_EVENT_VALID |
                           (tcg ? seL4_VCPUEvent_Exception : SVM_EVENT_INTERRUPT);
    if (!cpu.event_cut_short || !tcg)
        c->vintr &= ~SVM_VINTR_IRQ;
}

void svm_switch(uint64_t *registers, uint64_t guest_vmcb_pa, uint64_t host_vmcb_pa, bool shadow)
{
    struct vmcb *c = (struct vmcb *)guest_vmcb_pa;
    (void)registers, (void)host_vmcb_pa, (void)shadow;
    cpu.switches++;
    assert_ptr_equal(c, svm_vmcb(vcpu[cpu.running]));
    assert_int_equal(tsc_aux, vcpu[cpu.running]->tsc_aux);
    if (cpu.refused == c)
        assert_int_equal(c->clean, 0);
    if (cpu.of == c)
        check_clean(c, c->clean);
    cpu.refused = cpu.of = NULL;
    cpu.injected = c->event_inject;
    c->exit_int_info = cpu.event_cut_short ? c->event_inject : 0;
    if (cpu.exit == SVM_EXIT_INVALID) {
        c->exit_code = ~0ull;
        cpu.refused = c; /* and it has flushed nothing, or perhaps it has */
        return;
    }
    check_tag(c);
    interrupt(c);
    c->exit_code = exit_of(c);
    c->next_rip = c->rip + 3;
    if (c->exit_code == SVM_EXIT_EXCEPTION + VECTOR_DB) { /* the IRET has brought other flags */
        c->dr6 |= BIT(14);
        c->rflags &= ~RFLAGS_TF;
    }
    c->cr0 ^= BIT(18);
    c->cr2 = c->cr3 = (uint64_t)rand() << 12;
    c->cs.base = c->gdtr.base = (uint64_t)rand();
    cpu.of = c;
    cpu.known = *c;
    memcpy(cpu.maps, (const void *)c->iopm_pa, sizeof(cpu.maps));
}

/* --- Tests --- */

static int set_up(void **state)
{
    const char *why;
    (void)state;
    syscall(SYS_arch_prctl, ARCH_SET_GS, &core); /* this_core() */
    memset(&cpu, 0, sizeof(cpu));
    srand(1);
    features = SVM_FEATURE_NESTED_PAGING | SVM_FEATURE_CLEAN_BITS | SVM_FEATURE_DECODE_ASSIST;
    assert_true(virt_init_core(&why));
    for (unsigned i = 0; i < VCPUS; i++) {
        vcpu[i] = aligned_alloc(PAGE_SIZE_4K, sizeof(struct vcpu));
        memset(vcpu[i], 0, sizeof(struct vcpu));
        virt_create(vcpu[i]);
        epoch[i] = 0;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VCPUS; i++)
        free(vcpu[i]);
    return 0;
}

static bool enter(unsigned i, uint64_t exit, struct seL4_VCPURun *message)
{
    cpu.running = i;
    cpu.exit = exit;
    bool left = virt_run(vcpu[i], message);
    assert_int_equal(tsc_aux, 0);
    return left;
}

/* The root that the guest runs on has lost a translation, or is another. */
static void change_root(unsigned i)
{
    epoch[i]++;
    vcpu[i]->root = cap_make(CAP_EPT_PML4, vcpu[rand() % VCPUS], 0, 0);
    vcpu[i]->asid_generation = 0;
}

/*
 * When the tags are used up, the flush of all goes with the next VMRUN. One that fails may not have
 * done it: the next one, of whatever guest, has to.
 */
static void flush_outlives_invalid(void **state)
{
    struct seL4_VCPURun m = {0};
    (void)state;
    for (unsigned i = 0; i < TAGS - 1; i++)
        assert_true(enter(i, SVM_EXIT_HLT, &m));
    assert_true(enter(TAGS - 1, SVM_EXIT_INVALID, &m));
    assert_int_equal(m.reason, seL4_VCPUExit_Invalid);
    assert_int_equal(svm_vmcb(vcpu[TAGS - 1])->tlb_control, SVM_TLB_FLUSH_ALL);
    assert_int_equal(cpu.flushes, 0);
    assert_true(enter(0, SVM_EXIT_HLT, &m));
    assert_int_equal(cpu.flushes, 1);
    assert_true(enter(TAGS - 1, SVM_EXIT_HLT, &m));
    assert_true(enter(1, SVM_EXIT_HLT, &m));
    assert_int_equal(cpu.flushes, 1);
}

/* After a VMRUN that failed, the processor is told to look at all of the control block. */
static void nothing_clean_after_invalid(void **state)
{
    struct seL4_VCPURun m = {0};
    const struct vmcb *c = svm_vmcb(vcpu[0]);
    (void)state;
    assert_true(enter(0, SVM_EXIT_HLT, &m));
    assert_int_equal(c->clean, SVM_CLEAN_ALL & ~SVM_CLEAN_VINTR);
    assert_true(enter(0, SVM_EXIT_INVALID, &m));
    assert_int_equal(c->clean, 0);
    assert_true(enter(0, SVM_EXIT_HLT, &m));
    assert_int_not_equal(c->clean, 0);
}

static void change_state(struct vcpu *v)
{
    uint64_t field = (uint64_t)rand() % seL4_VCPUState_Count, value = (uint64_t)rand() & 0xffff;
    if (field == seL4_VCPUState_DR7)
        value &= ~(uint64_t)SVM_DR7_ENABLE; /* would load the host's debug registers */
    virt_write_state(v, field, rand() % 2 ? value : 0);
}

/* What a monitor may do between two entries. */
static void change(unsigned i, struct seL4_VCPURun *m)
{
    struct vcpu *v = vcpu[i];
    switch (rand() % 8) {
    case 0:
        change_root(i);
        break;
    case 1:
        assert_int_equal(virt_allow_msr(v, MSR_LSTAR, rand() % 2), 0);
        break;
    case 2:
        virt_allow_ports(v, 0x70, 0x71, rand() % 2);
        break;
    case 3:
        m->event = EVENT;
        break;
    case 4:
        m->control = (uint64_t)rand() & SVM_RARE_PRIORITY;
        m->interrupt = rand() % 2 ? VECTOR_DEVICE | SVM_EVENT_VALID : 0;
        cpu.open = rand() % 2;
        break;
    default:
        change_state(v);
    }
}

/* Whatever is done, the processor never uses what it should have read or forgotten. */
static void nothing_stale(void **state)
{
    static struct seL4_VCPURun messages[VCPUS];
    (void)state;
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned i = (unsigned)rand() % VCPUS, changes = (unsigned)rand() % 3;
        struct seL4_VCPURun *m = &messages[i];
        while (changes-- > 0)
            change(i, m);
        virt_take_message(vcpu[i], m);
        while (!enter(i, rand() % 8 == 0 ? SVM_EXIT_INVALID : SVM_EXIT_CPUID, m))
            if (rand() % 4 == 0)
                break; /* another thread's turn */
        virt_give_message(vcpu[i], m);
        assert_false(m->rflags & RFLAGS_TF);
        m->control = 0;
    }
    assert_in_range(cpu.flushes, 100, STEPS);
    assert_in_range(cpu.kept, 100, STEPS);
}

/* The next RIP is passed on as the processor saves it, or as 0; and the segment of string I/O. */
static void next_rip(void **state)
{
    struct seL4_VCPURun m = {.rip = 0x1000};
    (void)state;
    virt_take_message(vcpu[0], &m);
    assert_true(enter(0, SVM_EXIT_CPUID, &m));
    assert_int_equal(m.reason, seL4_VCPUExit_CPUID);
    assert_int_equal(m.next_rip, 0x1003);
    svm_vmcb(vcpu[0])->exit_info1 = 0x3f8 << 16 | 5 << 10 | BIT(2) | BIT(4);
    svm_vmcb(vcpu[0])->exit_info2 = 0x1002;
    assert_true(enter(0, SVM_EXIT_IOIO, &m));
    assert_int_equal(m.next_rip, 0x1002);
    assert_int_equal(m.info >> seL4_VCPUIO_SegShift & 7, 5);
}

/*
 * An interrupt waits until the guest takes it, whatever the kernel does meanwhile, and is there
 * again if its delivery was cut short: what QEMU says of that is not what processors say.
 */
static void interrupts_wait(void **state)
{
    static const uint64_t interrupt = VECTOR_DEVICE | SVM_EVENT_VALID;
    struct seL4_VCPURun m = {.interrupt = interrupt};
    const struct vmcb *c = svm_vmcb(vcpu[0]);
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        tcg = i;
        svm_guard_init();
        cpu = (typeof(cpu)){.exit = SVM_EXIT_HLT};
        svm_vmcb(vcpu[0])->clean = 0;
        vcpu[0]->asid_generation = 0;
        m.interrupt = interrupt;
        virt_take_message(vcpu[0], &m);
        assert_false(enter(0, SVM_EXIT_INTR, &m)); /* the host's, before the guest could take it */
        assert_true(enter(0, SVM_EXIT_HLT, &m));
        assert_true(c->intercept_cr_write & SVM_WATCH_CR8);
        virt_give_message(vcpu[0], &m);
        assert_int_equal(m.interrupt, interrupt);
        assert_false(m.status & seL4_VCPURun_EventPending);

        cpu.open = cpu.event_cut_short = true;
        virt_take_message(vcpu[0], &m);
        assert_true(enter(0, SVM_EXIT_NPF, &m));
        virt_give_message(vcpu[0], &m);
        assert_int_equal(m.interrupt, interrupt);
        assert_true(m.status & seL4_VCPURun_EventPending);
        assert_int_equal(m.event, 0);

        cpu.event_cut_short = false;
        virt_take_message(vcpu[0], &m);
        assert_false(enter(0, SVM_EXIT_INTR, &m));
        assert_true(enter(0, SVM_EXIT_HLT, &m));
        virt_give_message(vcpu[0], &m);
        assert_int_equal(m.interrupt, 0);
        assert_int_equal(cpu.injected, 0);
        virt_take_message(vcpu[0], &m);
        assert_false(c->intercept_cr_write & SVM_WATCH_CR8);
    }
    tcg = false;
    svm_guard_init();
}

/* One cannot be injected; and what the guest's own INT n was comes again by itself. */
static void interrupts_are_no_events(void **state)
{
    struct seL4_VCPURun m = {.event = 0xec | SVM_EVENT_VALID};
    (void)state;
    virt_take_message(vcpu[0], &m);
    assert_true(enter(0, SVM_EXIT_HLT, &m));
    assert_int_equal(cpu.injected & SVM_EVENT_TYPE, SVM_EVENT_TYPE);
    m.event = 0xec | SVM_EVENT_INT_N | SVM_EVENT_VALID;
    cpu.event_cut_short = true;
    virt_take_message(vcpu[0], &m);
    assert_true(enter(0, SVM_EXIT_HLT, &m));
    virt_give_message(vcpu[0], &m);
    assert_int_equal(m.event, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(flush_outlives_invalid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_clean_after_invalid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_stale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(next_rip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(interrupts_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(interrupts_are_no_events, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("svm", tests, NULL, NULL);
}
