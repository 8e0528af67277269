/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the time-stamp counter and the local APIC's timer run. A processor or hypervisor that
 * says so in CPUID is believed; otherwise both are measured against channel 2 of the 8254, whose
 * gate and output are reachable at port 0x61.
 *
 * All three clocks are read together, again and again, and only the spans between two readings
 * count. An emulator on a busy host stops for any time at any place: if that is between two
 * readings it does not matter; inside one it makes that one take long, and how long it took tells
 * how certain it is; and if meanwhile the 8254 has run out, its output is high, and the next round
 * begins. So the result is right, and a host that gives us a millisecond now and then is enough.
 *
 * Rests on: Intel SDM volume 2A, CPUID leaf 15H, and volume 3A, 11.5.4 (the APIC timer counts the
 * crystal's clock); the 8254 data sheet, mode 0, counter latch.
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
#define FIRST_READINGS 8       /* the best of which begins a span */
#define MAX_READINGS   10000000u

/* The error is less than one part in so many: what is wanted, and after some rounds demanded. */
#define PARTS_WANTED   10000
#define PARTS_DEMANDED 1000
#define ROUNDS         10
#define MAX_ROUNDS     5000

uint64_t tsc_hz;

/* The three clocks at one moment, and how long (in TSC ticks) that moment lasted. */
struct reading {
    uint64_t tsc, width;
    uint32_t pit, apic;
};

/* What the clocks counted in one span, and how certain that is; zero: not at all. */
struct measurement {
    uint64_t tsc, parts;
    uint32_t pit, apic;
};

/* False if the 8254 had run out at the end, so that its count says nothing. */
static BOOT_CODE bool read_clocks(struct reading *r)
{
    uint64_t before = rdtsc();
    out8(PIT_COMMAND, PIT_CH2_LATCH);
    r->apic = lapic_timer_left();
    r->width = rdtsc() - before;
    r->tsc = before + r->width / 2;
    r->pit = in8(PIT_CHANNEL2);
    r->pit |= (uint32_t)in8(PIT_CHANNEL2) << 8;
    return !(in8(PORT_B) & PORT_B_OUT2);
}

static BOOT_CODE struct measurement span(const struct reading *first, const struct reading *last)
{
    struct measurement m = {
        .tsc = last->tsc - first->tsc,
        .pit = first->pit - last->pit,
        .apic = first->apic - last->apic,
    };
    /* Half of each reading's time, and a tick of the 8254. */
    if (m.pit > 0)
        m.parts = m.tsc / ((first->width + last->width) / 2 + m.tsc / m.pit + 1);
    return m;
}

/* The most certain of `best` and all that can be measured until the 8254 runs out. */
static BOOT_CODE void measure(struct measurement *best)
{
    out8(PORT_B, (in8(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE2);
    out8(PIT_COMMAND, PIT_CH2_MODE0_LOHI);
    out8(PIT_CHANNEL2, PIT_START & 0xff);
    out8(PIT_CHANNEL2, PIT_START >> 8);
    lapic_timer_start(~0u);

    /* The very first reading may come before the count is loaded. */
    struct reading first = {0}, r;
    for (unsigned n = 0; best->parts < PARTS_WANTED && read_clocks(&r); n++) {
        if (n == MAX_READINGS)
            panic("the 8254 timer does not count, so the TSC cannot be calibrated");
        struct measurement m = span(&first, &r);
        if (n < FIRST_READINGS)
            first = n <= 1 || r.width < first.width ? r : first;
        else if (m.parts > best->parts)
            *best = m;
    }
    lapic_timer_start(0);
}

/* CPUID 15H: TSC ratio and crystal; 4000_0010H: kHz, from hypervisors. Zero if neither tells. */
static BOOT_CODE void ask_cpuid(void)
{
    if (cpuid(0, 0).eax >= 0x15) {
        struct cpuid_regs r = cpuid(0x15, 0);
        if (r.eax != 0 && r.ebx != 0 && r.ecx != 0) {
            tsc_hz = (uint64_t)r.ecx * r.ebx / r.eax;
            lapic_timer_hz = r.ecx;
            return;
        }
    }
    if (cpuid(1, 0).ecx >> 31) {
        uint32_t highest = cpuid(0x40000000, 0).eax;
        if (highest >= 0x40000010 && highest < 0x40010000) {
            struct cpuid_regs r = cpuid(0x40000010, 0);
            tsc_hz = (uint64_t)r.eax * 1000;
            lapic_timer_hz = (uint64_t)r.ebx * 1000;
        }
    }
}

BOOT_CODE void tsc_calibrate(void)
{
    struct measurement best = {0};
    ask_cpuid();
    /* In deadline mode the APIC's timer goes by the TSC. */
    if (tsc_hz != 0 && (lapic_timer_hz != 0 || cpu_features.tsc_deadline))
        return;
    for (unsigned round = 0; round < MAX_ROUNDS; round++) {
        if (best.parts >= (round < ROUNDS ? PARTS_WANTED : PARTS_DEMANDED))
            break;
        measure(&best);
    }
    if (best.parts == 0)
        panic("the output of the 8254 timer is always high, so the TSC cannot be calibrated");
    if (best.parts < PARTS_DEMANDED)
        kprintf("Caisson: times may be wrong by one part in %lu: the machine was stopped again and "
                "again while clocks were compared\n",
                best.parts);
    if (tsc_hz == 0)
        tsc_hz = best.tsc * PIT_HZ / best.pit;
    lapic_timer_hz = (uint64_t)best.apic * PIT_HZ / best.pit;
}
