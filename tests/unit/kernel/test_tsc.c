/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calibration of the clocks on a machine that its host stops at any place, for any time: whatever
 * comes out is right, or nothing does.
 */
#include "fakes.h"
#include "suites.h"
#include "cpu/features.h"
#include "cpu/lapic.h"
#include "cpu/tsc.h"
#include "cpu/x86.h"

#include <base/bits.h>
#include <string.h>

#define PIT_HZ 1193182ull
#define NS     1000000000ull
#define MS     1000000ull

/* --- a machine whose clocks go on while its processor is stopped --- */

struct machine {
    uint64_t now; /* ns */
    uint64_t tsc_hz, apic_hz;
    uint64_t access_ns; /* what each access to a register takes */
    unsigned accesses;
    uint64_t (*stopped)(void); /* for how long, at this access */
    struct cpuid_regs leaf_15, leaf_4000_0010;
    uint64_t pit_start, apic_start;
    uint16_t pit_count, pit_latch;
    bool pit_high_byte, pit_broken;
};

static struct machine machine;
uint64_t lapic_timer_hz;

static uint64_t ticks(uint64_t since, uint64_t hz)
{
    return (uint64_t)((unsigned __int128)(machine.now - since) * hz / NS);
}

/* Half of an access comes before its effect. */
static void access_begins(void)
{
    machine.accesses++;
    machine.now += machine.access_ns / 2 + (machine.stopped ? machine.stopped() : 0);
}

static void access_ends(void)
{
    machine.now += machine.access_ns - machine.access_ns / 2;
}

struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
    (void)subleaf;
    switch (leaf) {
    case 0:
        return (struct cpuid_regs){.eax = machine.leaf_15.eax ? 0x16 : 0xd};
    case 1:
        return (struct cpuid_regs){.ecx = machine.leaf_4000_0010.eax ? 1u << 31 : 0};
    case 0x15:
        return machine.leaf_15;
    case 0x40000000:
        return (struct cpuid_regs){.eax = 0x40000010};
    case 0x40000010:
        return machine.leaf_4000_0010;
    default:
        return (struct cpuid_regs){0};
    }
}

uint64_t rdtsc(void)
{
    machine.now += 10;
    return ticks(0, machine.tsc_hz) + 12345;
}

uint8_t in8(uint16_t port)
{
    uint8_t value = 0xff;
    access_begins();
    if (port == 0x42) {
        value = (uint8_t)(machine.pit_high_byte ? machine.pit_latch >> 8 : machine.pit_latch);
        machine.pit_high_byte = !machine.pit_high_byte;
    } else if (port == 0x61 && !machine.pit_broken) {
        value = ticks(machine.pit_start, PIT_HZ) >= machine.pit_count ? 0x20 : 0;
    }
    access_ends();
    return value;
}

void out8(uint16_t port, uint8_t value)
{
    access_begins();
    if (port == 0x42 && !machine.pit_high_byte) {
        machine.pit_count = value;
        machine.pit_high_byte = true;
    } else if (port == 0x42) {
        machine.pit_count = (uint16_t)(value << 8 | machine.pit_count);
        machine.pit_high_byte = false;
        machine.pit_start = machine.now;
    } else if (port == 0x43) {
        machine.pit_high_byte = false;
        machine.pit_latch = (uint16_t)(machine.pit_count - ticks(machine.pit_start, PIT_HZ));
    }
    access_ends();
}

void lapic_timer_start(uint32_t count)
{
    assert_true(count == 0 || count == ~0u);
    machine.apic_start = machine.now;
}

uint32_t lapic_timer_left(void)
{
    access_begins();
    uint32_t left = ~0u - (uint32_t)ticks(machine.apic_start, machine.apic_hz);
    access_ends();
    return left;
}

/* --- hosts --- */

static uint64_t run_for, stop_for, runs_until, stop_at;

/* Runs and stops in turn. */
static uint64_t in_slices(void)
{
    if (machine.now < runs_until)
        return 0;
    runs_until = machine.now + stop_for + run_for;
    return stop_for;
}

/* Slices of up to 10 ms, stops of up to half a second, short ones being frequent. */
static uint64_t at_random(void)
{
    if (machine.now < runs_until)
        return 0;
    uint64_t stop = (random_next() % 500 * MS) >> random_next() % 16;
    runs_until = machine.now + stop + random_next() % 10000 * 1000;
    return stop;
}

static uint64_t once(void)
{
    return machine.accesses == stop_at ? stop_for : 0;
}

static uint64_t always(void)
{
    return 60 * MS;
}

/* --- tests --- */

static void machine_with(uint64_t (*stopped)(void))
{
    machine_reset();
    machine = (struct machine){.tsc_hz = 2495123456,
                               .apic_hz = 1000000000,
                               .access_ns = 500,
                               .stopped = stopped,
                               .now = 1000};
    cpu_features.tsc_deadline = false;
    tsc_hz = lapic_timer_hz = runs_until = 0;
}

static void assert_near(uint64_t value, uint64_t wanted, uint64_t parts)
{
    uint64_t off = value > wanted ? value - wanted : wanted - value;
    if (off > wanted / parts)
        fail_msg("%llu instead of %llu", (unsigned long long)value, (unsigned long long)wanted);
}

static void assert_calibrated(uint64_t parts)
{
    tsc_calibrate();
    assert_near(tsc_hz, machine.tsc_hz, parts);
    assert_near(lapic_timer_hz, machine.apic_hz, parts);
    assert_string_equal(console_text, "");
}

static void test_undisturbed(void **state)
{
    static const uint64_t rates[] = {60000000, 1000000000, 2495123456, 5700000000};
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
        machine_with(NULL);
        machine.tsc_hz = rates[i];
        assert_calibrated(10000);
        assert_true(machine.now < 40 * MS);
    }
}

/* A slow machine does not get better than its accesses allow, and takes what it got. */
static void test_slow_accesses(void **state)
{
    (void)state;
    machine_with(NULL);
    machine.access_ns = 20000;
    assert_calibrated(1000);
    assert_true(machine.now < 1000 * MS);
}

/* One stop, at each of the accesses, for shorter and longer than the 8254 runs. */
static void test_one_stop(void **state)
{
    static const uint64_t stops[] = {5 * MS, 54 * MS, 55 * MS, 60 * MS, 1000 * MS, 3600 * NS};
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(stops); i++) {
        for (unsigned at = 1; at < 600; at++) {
            machine_with(once);
            stop_at = at;
            stop_for = stops[i];
            assert_calibrated(10000);
        }
    }
}

/* The host gives little time, and always less than a span should have. */
static void test_slices(void **state)
{
    (void)state;
    for (uint64_t run = 2500000; run < 20 * MS; run += 700000) {
        for (uint64_t stop = 20 * MS; stop < 200 * MS; stop += 17 * MS) {
            machine_with(in_slices);
            run_for = run;
            stop_for = stop;
            assert_calibrated(1000);
        }
    }
}

static void test_random_stops(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 500; i++) {
        machine_with(at_random);
        assert_calibrated(1000);
    }
}

/* Never more than 0.1 ms: it comes to an end, and says how far it got. */
static void test_hardly_any_time(void **state)
{
    (void)state;
    machine_with(in_slices);
    run_for = MS / 10;
    stop_for = 70 * MS;
    tsc_calibrate();
    assert_near(tsc_hz, machine.tsc_hz, 20);
    assert_non_null(strstr(console_text, "times may be wrong by one part in"));
}

static void test_no_time(void **state)
{
    (void)state;
    machine_with(always);
    assert_true(PANICS(tsc_calibrate()));
    assert_non_null(strstr(console_text, "always high"));
    assert_true(machine.accesses < 1000000);
}

static void test_no_timer(void **state)
{
    (void)state;
    machine_with(NULL);
    machine.pit_broken = true;
    assert_true(PANICS(tsc_calibrate()));
    assert_non_null(strstr(console_text, "always high"));
}

/* Who is told measures nothing: it works without an 8254. */
static void test_told(void **state)
{
    (void)state;
    machine_with(NULL);
    machine.pit_broken = true;
    machine.leaf_15 = (struct cpuid_regs){.eax = 2, .ebx = 166, .ecx = 24000000};
    tsc_calibrate();
    assert_true(tsc_hz == 1992000000);
    assert_true(lapic_timer_hz == 24000000);

    machine_with(NULL);
    machine.pit_broken = true;
    machine.leaf_4000_0010 = (struct cpuid_regs){.eax = 2600000, .ebx = 66000};
    tsc_calibrate();
    assert_true(tsc_hz == 2600000000);
    assert_true(lapic_timer_hz == 66000000);
    assert_int_equal(machine.accesses, 0);
}

/* Told half of it, the other half is measured, if it is needed. */
static void test_half_told(void **state)
{
    (void)state;
    machine_with(NULL);
    machine.leaf_4000_0010 = (struct cpuid_regs){.eax = 2600000};
    tsc_calibrate();
    assert_true(tsc_hz == 2600000000);
    assert_near(lapic_timer_hz, machine.apic_hz, 10000);

    machine_with(NULL);
    machine.pit_broken = true;
    machine.leaf_4000_0010 = (struct cpuid_regs){.eax = 2600000};
    cpu_features.tsc_deadline = true;
    tsc_calibrate();
    assert_true(tsc_hz == 2600000000);
}

int tsc_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undisturbed),  cmocka_unit_test(test_slow_accesses),
        cmocka_unit_test(test_one_stop),     cmocka_unit_test(test_slices),
        cmocka_unit_test(test_random_stops), cmocka_unit_test(test_hardly_any_time),
        cmocka_unit_test(test_no_time),      cmocka_unit_test(test_no_timer),
        cmocka_unit_test(test_told),         cmocka_unit_test(test_half_told),
    };
    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
