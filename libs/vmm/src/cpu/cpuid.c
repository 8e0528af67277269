/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPUID policy (cpuid.h): features that work in the guest pass, by mask; everything else is
 * off. A feature that is not in a mask below was never looked at, so it is not offered.
 */
#include <vmm/cpuid.h>
#include <vmm/lapic.h>
#include <vmm/x86.h>

#include <string.h>

enum { EAX, EBX, ECX, EDX };

/* Leaf 1 ECX: SSE3 PCLMUL SSSE3 FMA CX16 SSE4.1 SSE4.2 MOVBE POPCNT AES XSAVE AVX F16C RDRAND. */
#define FEATURES_1_ECX                                                                             \
    (BIT(0) | BIT(1) | BIT(9) | BIT(12) | BIT(13) | BIT(19) | BIT(20) | BIT(22) | BIT(23) |        \
     BIT(25) | BIT(26) | BIT(28) | BIT(29) | BIT(30))
/* FPU VME DE PSE TSC MSR PAE CX8 APIC SEP MTRR PGE CMOV PAT PSE36 CLFSH MMX FXSR SSE SSE2. */
#define FEATURES_1_EDX                                                                             \
    (BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(8) | BIT(9) | BIT(11) |    \
     BIT(12) | BIT(13) | BIT(15) | BIT(16) | BIT(17) | BIT(19) | BIT(23) | BIT(24) | BIT(25) |     \
     BIT(26))
#define ECX_X2APIC       BIT(21)
#define ECX_TSC_DEADLINE BIT(24)
#define ECX_XSAVE        BIT(26)
#define ECX_OSXSAVE      BIT(27)
#define ECX_HYPERVISOR   BIT(31)
#define ECX_NEED_AVX     (BIT(12) | BIT(28) | BIT(29))
#define EDX_APIC         BIT(9)
/* Leaf 7 EBX: FSGSBASE BMI1 AVX2 SMEP BMI2 ERMS RDSEED ADX SMAP CLFLUSHOPT CLWB SHA. */
#define FEATURES_7_EBX                                                                             \
    (BIT(0) | BIT(3) | BIT(5) | BIT(7) | BIT(8) | BIT(9) | BIT(18) | BIT(19) | BIT(20) | BIT(23) | \
     BIT(24) | BIT(29))
#define EBX7_AVX2       BIT(5)
/* UMIP VAES VPCLMUL RDPID: the vector ones fall with AVX. */
#define FEATURES_7_ECX  (BIT(2) | BIT(9) | BIT(10) | BIT(22))
#define ECX7_NEED_AVX   (BIT(9) | BIT(10))
#define FEATURES_7_EDX  BIT(4) /* fast short REP MOV */
/* 8000_0001 ECX: LAHF ABM SSE4A MISALIGN 3DNOWPREFETCH; not CR8 as LOCK MOV CR0. */
#define FEATURES_X1_ECX (BIT(0) | BIT(5) | BIT(6) | BIT(7) | BIT(8))
/* The AMD copy of leaf 1 EDX, plus SYSCALL NX MMXEXT FXSROPT 1GBPAGE RDTSCP LM. */
#define FEATURES_X1_EDX                                                                            \
    ((FEATURES_1_EDX & 0x0183f3ffu) | BIT(11) | BIT(20) | BIT(22) | BIT(25) | BIT(26) | BIT(27) |  \
     BIT(29))
/* XSAVE components that the kernel switches for guests: x87, SSE, AVX. */
#define XCR0_OFFERED    (XCR0_X87 | XCR0_SSE | XCR0_AVX)
/* Leaf 0xd/1: XSAVEOPT XSAVEC XGETBV1; no supervisor state, so no XSAVES. */
#define FEATURES_D1_EAX (BIT(0) | BIT(1) | BIT(2))

static struct cpuid_entry *add(struct cpuid_table *table, uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_entry *entry = &table->entry[table->count];
    uint8_t *index = leaf >> 31 ? table->extended : table->basic;

    if (table->count == CPUID_ENTRIES_MAX)
        return entry - 1;
    if (leaf >> 28 != 4 && subleaf == 0)
        index[leaf & 31] = (uint8_t)table->count;
    memset(entry, 0, sizeof(*entry));
    entry->leaf = leaf;
    entry->subleaf = subleaf;
    table->count++;
    return entry;
}

/* A leaf copied from the host as it is. */
static struct cpuid_entry *copy(struct cpuid_table *table,
                                void (*host)(uint32_t, uint32_t, uint32_t *), uint32_t leaf,
                                uint32_t subleaf)
{
    struct cpuid_entry *entry = add(table, leaf, subleaf);

    host(leaf, subleaf, entry->regs);
    return entry;
}

static void add_features(struct cpuid_table *table, void (*host)(uint32_t, uint32_t, uint32_t *))
{
    struct cpuid_entry *one = copy(table, host, 1, 0);
    struct cpuid_entry *seven;
    bool avx;

    avx = (table->xcr0 & XCR0_AVX) && (one->regs[ECX] & BIT(28));
    one->regs[EBX] = (one->regs[EBX] & 0xff00) | BIT(16); /* CLFLUSH size; one CPU, APIC id 0 */
    one->regs[ECX] &= FEATURES_1_ECX & ~(avx ? 0 : ECX_NEED_AVX);
    if (!table->xcr0)
        one->regs[ECX] &= ~ECX_XSAVE;
    one->regs[ECX] |= ECX_X2APIC | ECX_TSC_DEADLINE | ECX_HYPERVISOR;
    one->regs[EDX] = (one->regs[EDX] & FEATURES_1_EDX) | EDX_APIC;

    seven = copy(table, host, 7, 0);
    seven->regs[EAX] = 0;
    seven->regs[EBX] &= FEATURES_7_EBX & ~(avx ? 0 : EBX7_AVX2);
    seven->regs[ECX] &= FEATURES_7_ECX & ~(avx ? 0 : ECX7_NEED_AVX);
    seven->regs[EDX] &= FEATURES_7_EDX;
}

static void add_xsave(struct cpuid_table *table, void (*host)(uint32_t, uint32_t, uint32_t *))
{
    struct cpuid_entry *entry;
    uint32_t size = 576; /* legacy area and header; Intel SDM volume 1, 13.4 */

    if (!table->xcr0)
        return;
    if (table->xcr0 & XCR0_AVX) {
        uint32_t regs[4];

        host(0xd, 2, regs);
        size = MAX(size, regs[EAX] + regs[EBX]);
    }
    entry = add(table, 0xd, 0);
    entry->regs[EAX] = (uint32_t)table->xcr0;
    entry->regs[EBX] = entry->regs[ECX] = size;
    entry = copy(table, host, 0xd, 1);
    entry->regs[EAX] &= FEATURES_D1_EAX;
    entry->regs[EBX] = entry->regs[ECX] = entry->regs[EDX] = 0;
    if (table->xcr0 & XCR0_AVX)
        copy(table, host, 0xd, 2);
}

static void add_hypervisor(struct cpuid_table *table, uint64_t tsc_hz)
{
    static const char signature[12] = "KVMKVMKVM";
    struct cpuid_entry *entry = add(table, CPUID_KVM_BASE, 0);

    entry->regs[EAX] = CPUID_KVM_BASE + 0x10;
    memcpy(&entry->regs[EBX], signature, sizeof(signature));
    entry = add(table, CPUID_KVM_BASE + 1, 0);
    entry->regs[EAX] = KVM_FEATURE_CLOCKSOURCE | KVM_FEATURE_NOP_IO_DELAY |
                       KVM_FEATURE_CLOCKSOURCE2 | KVM_FEATURE_PV_EOI |
                       KVM_FEATURE_CLOCKSOURCE_STABLE;
    /* Timing information: TSC and APIC timer in kHz. */
    entry = add(table, CPUID_KVM_BASE + 0x10, 0);
    entry->regs[EAX] = (uint32_t)(tsc_hz / 1000);
    entry->regs[EBX] = (uint32_t)(LAPIC_TIMER_HZ / 1000);
}

static void add_extended(struct cpuid_table *table, void (*host)(uint32_t, uint32_t, uint32_t *))
{
    struct cpuid_entry *entry;
    uint32_t regs[4];

    host(0x80000000, 0, regs);
    entry = add(table, 0x80000000, 0);
    memcpy(entry->regs, regs, sizeof(regs));
    entry->regs[EAX] = 0x80000008;
    if (regs[EAX] >> 16 == 0x8000 && regs[EAX] < 0x80000008)
        entry->regs[EAX] = regs[EAX];
    entry = copy(table, host, 0x80000001, 0);
    entry->regs[ECX] &= FEATURES_X1_ECX;
    entry->regs[EDX] &= FEATURES_X1_EDX;
    for (uint32_t leaf = 0x80000002; leaf <= 0x80000006; leaf++)
        copy(table, host, leaf, 0); /* name, first- and second-level caches */
    entry = add(table, 0x80000007, 0);
    entry->regs[EDX] = BIT(8); /* the TSC neither stops nor changes its rate */
    entry = copy(table, host, 0x80000008, 0);
    entry->regs[EAX] &= 0xffff;
    if ((entry->regs[EAX] & 0xff) > 48) {
        /* 5-level paging is not offered, so neither are wider addresses. */
        entry->regs[EAX] = (entry->regs[EAX] & 0xff00) | 48;
    }
    entry->regs[EAX] = (entry->regs[EAX] & 0xff) | 48u << 8;
    entry->regs[EBX] = entry->regs[ECX] = entry->regs[EDX] = 0;
}

void cpuid_build(struct cpuid_table *table, void (*host)(uint32_t, uint32_t, uint32_t *),
                 uint64_t tsc_hz)
{
    struct cpuid_entry *entry;
    uint32_t regs[4];

    memset(table, 0, sizeof(*table));
    memset(table->basic, 0xff, sizeof(table->basic));
    memset(table->extended, 0xff, sizeof(table->extended));
    host(1, 0, regs);
    if (regs[ECX] & ECX_OSXSAVE) { /* the host uses XSAVE, so its components are switched */
        host(0xd, 0, regs);
        table->xcr0 = regs[EAX] & XCR0_OFFERED;
    }
    entry = copy(table, host, 0, 0);
    entry->regs[EAX] = 0xd;
    add_features(table, host);
    entry = add(table, 6, 0);
    entry->regs[EAX] = BIT(2); /* the APIC timer never stops */
    add_xsave(table, host);
    add_hypervisor(table, tsc_hz);
    add_extended(table, host);
}

static const struct cpuid_entry *find(const struct cpuid_table *table, uint32_t leaf,
                                      uint32_t subleaf)
{
    unsigned first = 0;

    if (leaf < 32)
        first = table->basic[leaf];
    else if (leaf - 0x80000000u < 32)
        first = table->extended[leaf & 31];
    else if (leaf - CPUID_KVM_BASE > 0x10)
        return NULL;
    /* Only leaf 0xd has several subleaves; the others answer each the same. */
    if (leaf != 0xd && first && first != 0xff)
        return leaf == 7 && subleaf ? NULL : &table->entry[first];
    for (unsigned i = first; i < table->count; i++) {
        const struct cpuid_entry *entry = &table->entry[i];

        if (entry->leaf == leaf && (leaf != 0xd || entry->subleaf == subleaf))
            return entry;
    }
    return NULL;
}

unsigned cpuid_physical_bits(const struct cpuid_table *table)
{
    const struct cpuid_entry *entry = find(table, 0x80000008, 0);

    return entry->regs[EAX] & 0xff;
}

/* Bytes an XSAVE area takes with the components now enabled. */
static uint32_t xsave_size(const struct cpuid_table *table, uint64_t xcr0)
{
    const struct cpuid_entry *avx = find(table, 0xd, 2);

    return (xcr0 & XCR0_AVX) && avx ? avx->regs[EAX] + avx->regs[EBX] : 576;
}

void cpuid_read(const struct cpuid_table *table, const struct cpuid_state *state, uint32_t leaf,
                uint32_t subleaf, uint32_t regs[4])
{
    const struct cpuid_entry *entry = find(table, leaf, subleaf);

    if (!entry) {
        memset(regs, 0, 4 * sizeof(regs[0]));
        return;
    }
    memcpy(regs, entry->regs, 4 * sizeof(regs[0]));
    if (leaf == 1) {
        if ((state->cr4 & CR4_OSXSAVE) && table->xcr0)
            regs[ECX] |= ECX_OSXSAVE;
        if (!state->apic_enabled)
            regs[EDX] &= ~EDX_APIC;
    } else if (leaf == 0xd && subleaf < 2) {
        regs[EBX] = xsave_size(table, state->xcr0);
    }
}
