/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the time-stamp counter and the local APIC's timer run. A processor or hypervisor that
 * says so in CPUID is believed for the TSC; otherwise, and for the APIC's timer, both are measured
 * against channel 2 of the 8254, whose gate and output are reachable at port 0x61.
 *
 * All three clocks are read together, twice, and only the spans between count. So it does not
 * matter when the second reading comes, and an emulator on a busy host may stop for milliseconds in
 * between. What matters is that nothing came between the parts of one reading: of several the one
 * is taken that took the least time, and that time tells how certain the result is.
 *
 * Rests on: Intel SDM volume 2A, CPUID leaf 15H; the 8254 data sheet, mode 0, counter latch.
 */
#include "tsc.h"
#include "features.h"
#include "lapic.h"
#include "memory.h"
#include "print.h"
#include "x86.h"

#include <stdbool.h>

#define PIT_HZ             1193182ul
#define PIT_CHANNEL2       0x42
#define PIT_COMMAND        0x43
#define PIT_CH2_MODE0_LOHI 0xb0
#define PIT_CH2_LATCH      0x80
#define PORT_B             0x61
#define PORT_B_GATE2       0x01
#define PORT_B_SPEAKER     0x02
#define PORT_B_OUT2        0x20

#define PIT_START      0xffffu /* 55 ms until the output rises */
#define SPAN_PIT_TICKS 23864u  /* 20 ms */
#define READINGS       8
#define MEASURE_ROUNDS 10
#define CERTAIN_ENOUGH 20000 /* one part in … */
#define MAX_LOOKS      10000000ul

uint64_t tsc_hz;

/* The three clocks at one moment, and how long (in TSC ticks) that moment lasted. */
struct reading {
    uint64_t tsc, width;
    uint32_t pit, apic;
};

struct measurement {
    uint64_t tsc, uncertain;
    uint32_t pit, apic;
};

static BOOT_CODE struct reading read_clocks(void)
{
    struct reading best = {.width = ~0ul};
    for (int i = 0; i < READINGS; i++) {
        uint64_t before = rdtsc();
        out8(PIT_COMMAND, PIT_CH2_LATCH);
        uint32_t apic = lapic_timer_left();
        uint64_t after = rdtsc();
        uint32_t pit = in8(PIT_CHANNEL2);
        pit |= (uint32_t)in8(PIT_CHANNEL2) << 8;
        if (after - before < best.width)
            best = (struct reading){before + (after - before) / 2, after - before, pit, apic};
    }
    return best;
}

/* False if the channel's time was over before the second reading. */
static BOOT_CODE bool measure(struct measurement *m)
{
    out8(PORT_B, (in8(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE2);
    out8(PIT_COMMAND, PIT_CH2_MODE0_LOHI);
    out8(PIT_CHANNEL2, PIT_START & 0xff);
    out8(PIT_CHANNEL2, PIT_START >> 8);
    lapic_timer_start(~0u);

    struct reading first = read_clocks(), second;
    unsigned long looks = 0;
    do {
        second = read_clocks();
        if (in8(PORT_B) & PORT_B_OUT2)
            return false;
        if (++looks > MAX_LOOKS)
            panic("the 8254 timer does not count, so the TSC cannot be calibrated");
    } while (first.pit - second.pit < SPAN_PIT_TICKS);
    lapic_timer_start(0);

    m->tsc = second.tsc - first.tsc;
    m->uncertain = (first.width + second.width) / 2;
    m->pit = first.pit - second.pit;
    m->apic = first.apic - second.apic;
    return true;
}

/* CPUID 15H: TSC ratio and crystal; 4000_0010H: kHz, from hypervisors. Zero if neither tells. */
static BOOT_CODE uint64_t tsc_hz_from_cpuid(void)
{
    if (cpuid(0, 0).eax >= 0x15) {
        struct cpuid_regs r = cpuid(0x15, 0);
        if (r.eax != 0 && r.ebx != 0 && r.ecx != 0)
            return (uint64_t)r.ecx * r.ebx / r.eax;
    }
    if (cpuid(1, 0).ecx >> 31) {
        uint32_t highest = cpuid(0x40000000, 0).eax;
        if (highest >= 0x40000010 && highest < 0x40010000)
            return (uint64_t)cpuid(0x40000010, 0).eax * 1000;
    }
    return 0;
}

BOOT_CODE void tsc_calibrate(void)
{
    struct measurement best = {.uncertain = ~0ul}, m;
    for (int i = 0; i < MEASURE_ROUNDS; i++) {
        if (measure(&m) && m.uncertain < best.uncertain)
            best = m;
        if (best.uncertain < best.tsc / CERTAIN_ENOUGH)
            break;
    }
    if (best.uncertain == ~0ul)
        panic("the 8254 timer runs out too fast to calibrate the TSC");
    tsc_hz = tsc_hz_from_cpuid();
    if (tsc_hz == 0)
        tsc_hz = best.tsc * PIT_HZ / best.pit;
    lapic_timer_hz = best.apic * PIT_HZ / best.pit;
}
