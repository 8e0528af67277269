/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this processor can do. Needs are listed in one table, so that the message can name all that
 * is missing at once.
 *
 * Rests on: AMD64 APM volume 3, appendix E (CPUID); Intel SDM volume 2A, CPUID.
 */
#include "features.h"
#include "memory.h"
#include "print.h"
#include "x86.h"
#include <base/bits.h>

#include <stddef.h>

struct cpu_features cpu_features;

enum cpuid_register {
    REG_EAX,
    REG_EBX,
    REG_ECX,
    REG_EDX,
};

struct feature_bit {
    uint32_t leaf;
    uint8_t reg, bit;
    const char *name;
    bool *present; /* where to note it; NULL: the kernel cannot do without */
};

static const struct feature_bit feature_bits[] = {
    {0x1, REG_EDX, 4, "the time-stamp counter (TSC)", NULL},
    {0x1, REG_EDX, 9, "a local APIC", NULL},
    {0x1, REG_EDX, 13, "global pages (PGE)", NULL},
    {0x1, REG_EDX, 16, "the page attribute table (PAT)", NULL},
    {0x1, REG_EDX, 24, "FXSAVE", NULL},
    {0x1, REG_EDX, 26, "SSE2", NULL},
    {0x80000001, REG_EDX, 11, "SYSCALL", NULL},
    {0x80000001, REG_EDX, 20, "no-execute pages (NX)", NULL},
    {0x80000001, REG_EDX, 29, "64-bit mode", NULL},
    {0x80000001, REG_EDX, 26, "", &cpu_features.gib_pages},
    {0x1, REG_ECX, 17, "", &cpu_features.pcid},
    {0x1, REG_ECX, 21, "", &cpu_features.x2apic},
    {0x1, REG_ECX, 24, "", &cpu_features.tsc_deadline},
    {0x1, REG_ECX, 26, "", &cpu_features.xsave},
    {0x7, REG_EBX, 7, "", &cpu_features.smep},
    {0x7, REG_EBX, 20, "", &cpu_features.smap},
    {0x7, REG_ECX, 2, "", &cpu_features.umip},
};

#define INVPCID_BIT (1u << 10) /* leaf 7, EBX */

/* CPUID, but zero for leaves that the processor does not have. */
static BOOT_CODE struct cpuid_regs cpuid_checked(uint32_t leaf, uint32_t subleaf)
{
    uint32_t highest = cpuid(leaf & 0x80000000u, 0).eax;
    if (leaf > highest)
        return (struct cpuid_regs){0};
    return cpuid(leaf, subleaf);
}

static BOOT_CODE bool feature_present(const struct feature_bit *f)
{
    struct cpuid_regs r = cpuid_checked(f->leaf, 0);
    uint32_t value[] = {r.eax, r.ebx, r.ecx, r.edx};
    return value[f->reg] >> f->bit & 1;
}

BOOT_CODE void cpu_features_init(void)
{
    int missing = 0;
    for (size_t i = 0; i < ARRAY_SIZE(feature_bits); i++) {
        const struct feature_bit *f = &feature_bits[i];
        bool present = feature_present(f);
        if (f->present)
            *f->present = present;
        else if (!present)
            kprintf("%s%s", missing++ == 0 ? "Caisson: this processor lacks " : ", ", f->name);
    }
    if (missing > 0) {
        kprintf("\n");
        panic("the kernel cannot run on this processor");
    }

    cpu_features.pcid = cpu_features.pcid && (cpuid_checked(7, 0).ebx & INVPCID_BIT);
    /* Where no XSAVE extension exists, XSAVE itself is not used: see fpu.c. */
    uint32_t extensions = cpuid_checked(0xd, 1).eax;
    cpu_features.xsave = cpu_features.xsave && (extensions & 0xf);
    cpu_features.xsaveopt = cpu_features.xsave && (extensions & 1);

    uint8_t bits = cpuid_checked(0x80000008, 0).eax & 0xff;
    cpu_features.phys_bits = bits == 0 ? 36 : bits > 52 ? 52 : bits;
}
