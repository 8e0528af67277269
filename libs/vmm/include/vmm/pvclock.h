/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The paravirtual services that Linux finds under the KVM signature: the clock page, the wall clock
 * and the end-of-interrupt flag in memory.
 * Rests on: Linux's Documentation/virt/kvm/x86/{msr,cpuid}.rst.
 */
#pragma once

#include <vmm/device.h>
#include <vmm/guest_memory.h>

#define MSR_KVM_WALL_CLOCK      0x11u
#define MSR_KVM_SYSTEM_TIME     0x12u
#define MSR_KVM_WALL_CLOCK_NEW  0x4b564d00u
#define MSR_KVM_SYSTEM_TIME_NEW 0x4b564d01u
#define MSR_KVM_PV_EOI_EN       0x4b564d04u

/* The clock page, one 32-byte record. Odd version: being written. */
struct pvclock_time {
    uint32_t version;
    uint32_t pad;
    uint64_t tsc_timestamp;
    uint64_t system_time; /* ns */
    uint32_t tsc_to_system_mul;
    int8_t tsc_shift;
    uint8_t flags;
    uint8_t pad2[2];
};

struct pvclock_wall {
    uint32_t version;
    uint32_t seconds;
    uint32_t nanoseconds;
};

#define PVCLOCK_TSC_STABLE 1u

struct pvclock {
    const struct clock *clock;
    const struct guest_memory *memory;
    uint64_t boot;        /* ticks at which the guest started: its system time 0 */
    int64_t wall_at_boot; /* seconds since 1970 */
    uint64_t time_msr, wall_msr, eoi_msr;
    uint8_t *eoi; /* the flag, or null */
    bool eoi_set; /* the guest was told that it may skip an EOI */
};

void pvclock_init(struct pvclock *pv, const struct clock *clock, const struct guest_memory *memory,
                  int64_t wall_now);
/* False: not one of these MSRs, or a bad address (#GP). */
bool pvclock_read(struct pvclock *pv, uint32_t msr, uint64_t *value);
bool pvclock_write(struct pvclock *pv, uint32_t msr, uint64_t value);
