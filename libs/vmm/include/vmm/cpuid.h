/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guest's CPUID says. The table is made once; an exit is a search in a handful of entries
 * and, for two leaves, a bit that follows the guest's own registers.
 * Rests on: APM volume 3, appendix E; Intel SDM volume 2A, CPUID; Linux's
 * Documentation/virt/kvm/x86/cpuid.rst for leaf 0x40000000.
 */
#pragma once

#include <base/bits.h>

#include <stdint.h>

#define CPUID_ENTRIES_MAX 64

/* Registers in the order EAX, EBX, ECX, EDX. */
struct cpuid_entry {
    uint32_t leaf, subleaf;
    uint32_t regs[4];
};

struct cpuid_table {
    unsigned count;
    uint8_t basic[32], extended[32]; /* leaf to the first entry of that leaf, 0xff = none */
    struct cpuid_entry entry[CPUID_ENTRIES_MAX];
    uint64_t xcr0; /* state components the guest may enable; 0 = no XSAVE */
};

#define CPUID_XSAVE                    0xdu
#define CPUID_KVM_BASE                 0x40000000u
/* KVM features offered: leaf 0x40000001 EAX. */
#define KVM_FEATURE_CLOCKSOURCE        BIT(0)
#define KVM_FEATURE_NOP_IO_DELAY       BIT(1)
#define KVM_FEATURE_CLOCKSOURCE2       BIT(3)
#define KVM_FEATURE_PV_EOI             BIT(6)
#define KVM_FEATURE_CLOCKSOURCE_STABLE BIT(24)

void cpuid_build(struct cpuid_table *table,
                 void (*host)(uint32_t leaf, uint32_t subleaf, uint32_t regs[4]), uint64_t tsc_hz);

/* State of the guest that some leaves show. */
struct cpuid_state {
    uint64_t cr4, xcr0;
    int apic_enabled;
};

/* How many bits a guest-physical address has. */
unsigned cpuid_physical_bits(const struct cpuid_table *table);
void cpuid_read(const struct cpuid_table *table, const struct cpuid_state *state, uint32_t leaf,
                uint32_t subleaf, uint32_t regs[4]);
