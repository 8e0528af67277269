/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the time-stamp counter and the local APIC's timer run. A processor or hypervisor that
 * says so in CPUID is believed for the TSC; otherwise, and for the APIC's timer, both are measured
 * against channel 2 of the 8254, whose gate and output are reachable at port 0x61.
 *
 * Each measurement knows its own uncertainty: the time spent around starting the channel, and
 * between the last look that saw it running and the first that saw it done. On an emulator a look
 * may take milliseconds when the host is busy, so the most certain of several is taken.
 *
 * Rests on: Intel SDM volume 2A, CPUID leaf 15H; the 8254 data sheet, mode 0.
 */
#include "tsc.h"
#include "features.h"
#include "lapic.h"
#include "memory.h"
#include "print.h"
#include "x86.h"

#define PIT_HZ             1193182ul
#define PIT_CHANNEL2       0x42
#define PIT_COMMAND        0x43
#define PIT_CH2_MODE0_LOHI 0xb0
#define PORT_B             0x61
#define PORT_B_GATE2       0x01
#define PORT_B_SPEAKER     0x02
#define PORT_B_OUT2        0x20

#define MEASURE_PIT_TICKS  11932u /* 10 ms */
#define MEASURE_MAX_ROUNDS 5
#define MAX_LOOKS          50000000ul

uint64_t tsc_hz;

struct measurement {
    uint64_t tsc, tsc_uncertain, apic;
};

static BOOT_CODE struct measurement measure(void)
{
    struct measurement m;
    out8(PORT_B, (in8(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE2);
    out8(PIT_COMMAND, PIT_CH2_MODE0_LOHI);
    out8(PIT_CHANNEL2, MEASURE_PIT_TICKS & 0xff);
    lapic_timer_start(~0u);

    /* The count starts when its high byte is written. */
    uint64_t before = rdtsc();
    out8(PIT_CHANNEL2, MEASURE_PIT_TICKS >> 8);
    uint64_t start = rdtsc();
    uint32_t apic_start = lapic_timer_left();

    uint64_t last = start, now = start;
    unsigned long looks = 0;
    while (!(in8(PORT_B) & PORT_B_OUT2)) {
        last = now;
        now = rdtsc();
        if (++looks > MAX_LOOKS)
            panic("the 8254 timer does not count, so the TSC cannot be calibrated");
    }
    uint64_t end = rdtsc();
    m.apic = apic_start - lapic_timer_left();
    m.tsc = end - start;
    m.tsc_uncertain = (start - before) + (end - last);
    lapic_timer_start(0);
    return m;
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
    struct measurement best = measure();
    for (int i = 1; i < MEASURE_MAX_ROUNDS && best.tsc_uncertain > best.tsc / 2000; i++) {
        struct measurement m = measure();
        if (m.tsc_uncertain < best.tsc_uncertain)
            best = m;
    }
    tsc_hz = tsc_hz_from_cpuid();
    if (tsc_hz == 0)
        tsc_hz = best.tsc * PIT_HZ / MEASURE_PIT_TICKS;
    lapic_timer_hz = best.apic * PIT_HZ / MEASURE_PIT_TICKS;
}
