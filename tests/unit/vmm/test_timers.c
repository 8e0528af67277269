/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices that keep time: 8254, MC146818, ACPI's timer.
 */
#include "fake_machine.h"

#include <vmm/acpi_pm.h>
#include <vmm/pit.h>
#include <vmm/rtc.h>

#include <errno.h>

#define SECOND FAKE_HZ

static struct pit pit;
static struct rtc rtc;
static struct acpi_pm pm;
static unsigned offs, resets;

/* 2026-11-22 17:30:05 UTC, a Sunday. */
#define UNIX_TIME 1795368605ll

static void on_off(void *ctx)
{
    (void)ctx;
    offs++;
}

static void on_reset(void *ctx, const char *way)
{
    (void)ctx;
    assert_non_null(way);
    resets++;
}

static int set_up(void **state)
{
    struct irq_line timer = machine_line(0), alarm = machine_line(8), sci = machine_line(9);

    machine_set_up(state);
    offs = resets = 0;
    pit_init(&pit, &machine.clock, &machine.timers, &timer);
    pit_attach(&pit, &machine.ports);
    rtc_init(&rtc, &machine.clock, &machine.timers, &alarm, UNIX_TIME);
    rtc_attach(&rtc, &machine.ports);
    acpi_pm_init(&pm, &machine.clock, &sci, on_off, on_reset, NULL);
    acpi_pm_attach(&pm, &machine.ports);
    return 0;
}

/* --- 8254 --- */

static void pit_ticks(void **state)
{
    unsigned before;

    (void)state;
    out8(0x43, 0x34); /* channel 0, both bytes, rate generator */
    out8(0x40, 11932 & 0xff);
    out8(0x40, 11932 >> 8); /* 100 Hz */
    before = machine.rises[0];
    machine_run_until(machine.now + SECOND);
    assert_in_range(machine.rises[0] - before, 99, 101);
}

static void pit_one_shot(void **state)
{
    uint64_t start;

    (void)state;
    out8(0x43, 0x30); /* interrupt on terminal count */
    assert_false(machine.level[0]);
    out8(0x40, 0xe8);
    out8(0x40, 0x03); /* 1000 counts: 838 us */
    start = machine.now;
    machine_run_until(start + 830000);
    assert_false(machine.level[0]);
    machine_run_until(start + 840000);
    assert_true(machine.level[0]);
    assert_int_equal(machine.timers.next, TIMER_NEVER);
}

static void pit_counts_down(void **state)
{
    unsigned low, high, count;

    (void)state;
    out8(0x43, 0x34);
    out8(0x40, 0x00);
    out8(0x40, 0x00); /* 65536 */
    machine_run_until(machine.now + 10 * SECOND / 1000);
    out8(0x43, 0x00); /* latch */
    machine_run_until(machine.now + SECOND / 1000);
    low = in8(0x40);
    high = in8(0x40);
    count = low | high << 8;
    assert_in_range(count, 65536 - 11932 - 2, 65536 - 11932 + 2);
    out8(0x43, 0xe2); /* read back the status of channel 0 */
    assert_int_equal(in8(0x40) & 0x3f, 0x34);
}

/* A new count in modes 2 and 3 waits for the end of the period, or of its half. */
static void pit_new_count(void **state)
{
    const uint64_t ms = SECOND / 1000;
    uint64_t start;
    unsigned before, low;

    (void)state;
    out8(0x43, 0x34);
    out8(0x40, 11932 & 0xff);
    out8(0x40, 11932 >> 8); /* 10 ms */
    start = machine.now;
    before = machine.rises[0];
    machine_run_until(start + 2 * ms);
    out8(0x40, 35796 & 0xff);
    out8(0x40, 35796 >> 8); /* 30 ms, from 10 ms on */
    out8(0x43, 0xe2);
    assert_int_equal(in8(0x40) & 0x40, 0x40); /* it is not loaded yet */
    out8(0x43, 0xd2);
    low = in8(0x40);
    assert_in_range(low | in8(0x40) << 8, 9540, 9550); /* the old one runs: 8 ms are left */
    machine_run_until(start + 11 * ms);
    assert_int_equal(machine.rises[0] - before, 1);
    out8(0x43, 0xe2);
    assert_int_equal(in8(0x40) & 0x40, 0);
    machine_run_until(start + 39 * ms);
    assert_int_equal(machine.rises[0] - before, 1);
    machine_run_until(start + 71 * ms);
    assert_int_equal(machine.rises[0] - before, 3);

    out8(0x43, 0x36);
    out8(0x40, 11932 & 0xff);
    out8(0x40, 11932 >> 8);
    start = machine.now;
    before = machine.rises[0];
    machine_run_until(start + 2 * ms);
    out8(0x40, 35796 & 0xff);
    out8(0x40, 35796 >> 8); /* the output falls after 5 ms, and stays low for 15 */
    machine_run_until(start + 19 * ms);
    assert_int_equal(machine.rises[0] - before, 0);
    machine_run_until(start + 21 * ms);
    assert_int_equal(machine.rises[0] - before, 1);
    machine_run_until(start + 49 * ms);
    assert_int_equal(machine.rises[0] - before, 1);
    machine_run_until(start + 51 * ms);
    assert_int_equal(machine.rises[0] - before, 2);
}

/* How kernels without other clocks find out how fast they run: channel 2, gate and output. */
static void pit_gate_of_channel_2(void **state)
{
    uint64_t start;

    (void)state;
    out8(0x61, 0x01);
    out8(0x43, 0xb0);
    out8(0x42, 0xff);
    out8(0x42, 0x2e);
    start = machine.now;
    assert_false(in8(0x61) & 0x20);
    machine_run_until(start + 0x2eff * SECOND / 1193182 - 1000);
    assert_false(in8(0x61) & 0x20);
    machine_run_until(start + 0x2eff * SECOND / 1193182 + 1000);
    assert_true(in8(0x61) & 0x20);
}

static bool out_2(void)
{
    return in8(0x61) & 0x20;
}

static unsigned count_2(void)
{
    unsigned low;

    out8(0x43, 0x80);
    low = in8(0x42);
    return low | (unsigned)in8(0x42) << 8;
}

static void start_2(uint8_t mode, unsigned count)
{
    out8(0x43, (uint8_t)(0xb0 | mode << 1));
    out8(0x42, (uint8_t)count);
    out8(0x42, (uint8_t)(count >> 8));
}

static void pass(unsigned counts)
{
    machine_run_until(machine.now + counts * SECOND / 1193182 + 1);
}

/* Mode 0: a low gate holds the count, and it goes on from there. */
static void pit_gate_holds_mode_0(void **state)
{
    (void)state;
    out8(0x61, 0x00);
    start_2(0, 1000);
    pass(5000);
    assert_false(out_2());
    assert_int_equal(count_2(), 1000);
    out8(0x61, 0x01);
    pass(400);
    out8(0x61, 0x00);
    assert_in_range(count_2(), 598, 601);
    pass(5000);
    assert_in_range(count_2(), 598, 601);
    assert_false(out_2());
    out8(0x61, 0x01);
    pass(590);
    assert_false(out_2());
    pass(20);
    assert_true(out_2());
    /* The first of two bytes stops it, output low. */
    out8(0x42, 0x00);
    assert_false(out_2());
    pass(70000);
    assert_false(out_2());
}

/* Mode 1: the rising gate triggers, the falling one does nothing, a new count waits. */
static void pit_gate_triggers_mode_1(void **state)
{
    (void)state;
    out8(0x61, 0x01);
    start_2(1, 1000);
    assert_true(out_2());
    pass(5000);
    assert_true(out_2());
    out8(0x61, 0x00);
    out8(0x61, 0x01);
    assert_false(out_2());
    pass(400);
    out8(0x61, 0x00);
    out8(0x42, 0x00);
    out8(0x42, 0x10); /* 4096, for the next trigger */
    pass(590);
    assert_false(out_2());
    pass(20);
    assert_true(out_2());
    out8(0x61, 0x01);
    pass(4000);
    assert_false(out_2());
    pass(110);
    assert_true(out_2());
}

/* Modes 2 and 3: a low gate stops them with the output high; the rising one starts them anew. */
static void pit_gate_restarts_mode_3(void **state)
{
    (void)state;
    out8(0x61, 0x01);
    start_2(3, 1000);
    pass(600);
    assert_false(out_2());
    out8(0x61, 0x00);
    assert_true(out_2());
    pass(10000);
    assert_true(out_2());
    out8(0x61, 0x01);
    pass(400);
    assert_true(out_2());
    pass(200);
    assert_false(out_2());
}

static void pit_counts_in_decimal(void **state)
{
    (void)state;
    out8(0x61, 0x01);
    out8(0x43, 0xb1); /* mode 0, BCD */
    out8(0x42, 0x50);
    out8(0x42, 0x00);
    pass(60); /* ten below zero */
    out8(0x43, 0x80);
    assert_in_range(in8(0x42), 0x89, 0x91);
    assert_int_equal(in8(0x42), 0x99);
}

/* The tick of 18.2 Hz, in mode 3; it wakes nobody who has not asked for it. */
static void pit_after_the_bios(void **state)
{
    unsigned first, second;

    (void)state;
    assert_int_equal(machine.timers.next, TIMER_NEVER);
    out8(0x43, 0xe2);
    assert_int_equal(in8(0x40), 0xb6); /* output high, both bytes, mode 3, count loaded */
    out8(0x43, 0x00);
    first = in8(0x40);
    first |= (unsigned)in8(0x40) << 8;
    pass(1000);
    out8(0x43, 0x00);
    second = in8(0x40);
    second |= (unsigned)in8(0x40) << 8;
    assert_in_range((uint16_t)(first - second), 1996, 2004);
    assert_true(out_2());
}

/* The shortest period must not make a storm of timers. */
static void pit_shortest_period(void **state)
{
    (void)state;
    out8(0x43, 0x14);
    out8(0x40, 1);
    assert_true(machine.timers.next > machine.now + 1000);
}

/* --- clock --- */

static uint8_t cmos(uint8_t index)
{
    out8(0x70, index);
    return in8(0x71);
}

static void cmos_write(uint8_t index, uint8_t value)
{
    out8(0x70, index);
    out8(0x71, value);
}

static void rtc_shows_time(void **state)
{
    (void)state;
    assert_int_equal(cmos(0), 0x05);
    assert_int_equal(cmos(2), 0x30);
    assert_int_equal(cmos(4), 0x17);
    assert_int_equal(cmos(6), 1);
    assert_int_equal(cmos(7), 0x22);
    assert_int_equal(cmos(8), 0x11);
    assert_int_equal(cmos(9), 0x26);
    assert_int_equal(cmos(0x32), 0x20);
    assert_int_equal(cmos(0xd), 0x80);
    machine_run_until(machine.now + 3600 * 7 * SECOND);
    assert_int_equal(cmos(4), 0x00);
    assert_int_equal(cmos(7), 0x23);
    cmos_write(0xb, 0x06); /* binary */
    assert_int_equal(cmos(2), 30);
    cmos_write(0xb, 0x00); /* 12 hours, BCD */
    assert_int_equal(cmos(4), 0x12);
    machine_run_until(machine.now + 3600 * 13 * SECOND);
    assert_int_equal(cmos(4), 0x81); /* 1 p.m. */
}

static void rtc_is_set(void **state)
{
    static const uint8_t values[][2] = {{0, 0x58}, {2, 0x59}, {4, 0x23},   {7, 0x28},
                                        {8, 0x02}, {9, 0x24}, {0x32, 0x20}};

    (void)state;
    cmos_write(0xb, 0x82); /* SET */
    for (size_t i = 0; i < ARRAY_SIZE(values); i++)
        cmos_write(values[i][0], values[i][1]);
    cmos_write(0xb, 0x02);
    machine_run_until(machine.now + 3 * SECOND);
    assert_int_equal(cmos(7), 0x29); /* a leap year */
    assert_int_equal(cmos(8), 0x02);
    assert_int_equal(cmos(4), 0x00);
}

static void rtc_interrupts(void **state)
{
    (void)state;
    cmos_write(0xa, 0x26); /* 1024 Hz */
    cmos_write(0xb, 0x42);
    machine_run_until(machine.now + SECOND / 1000);
    assert_true(machine.level[8]);
    assert_int_equal(cmos(0xc) & 0xc0, 0xc0);
    assert_false(machine.level[8]); /* reading it is the acknowledgement */
    machine_run_until(machine.now + SECOND / 1000);
    assert_true(machine.level[8]);
    cmos_write(0xb, 0x02);
    cmos(0xc);
    /* Alarm five seconds ahead, any minute and hour. */
    cmos_write(1, 0x10);
    cmos_write(3, 0xff);
    cmos_write(5, 0xff);
    cmos_write(0xb, 0x22);
    machine_run_until(machine.now + 4 * SECOND);
    assert_false(machine.level[8]);
    machine_run_until(machine.now + 2 * SECOND);
    assert_true(machine.level[8]);
    assert_int_equal(cmos(0xc) & 0xa0, 0xa0);
}

/* Flags come up whether or not their interrupts are enabled, for those who poll. */
static void rtc_polled_flags(void **state)
{
    (void)state;
    cmos_write(0xb, 0x02);
    cmos(0xc);
    assert_int_equal(cmos(0xc), 0);
    machine.now += SECOND;
    assert_int_equal(cmos(0xc), 0x50); /* update and periodic, no interrupt */
    assert_false(machine.level[8]);
    assert_int_equal(cmos(0xc), 0);
    cmos_write(0xa, 0x20); /* no rate: no periodic flag */
    cmos(0xc);
    machine.now += SECOND;
    assert_int_equal(cmos(0xc), 0x10);
    /* An alarm between two looks. */
    cmos_write(1, 0x09);
    cmos_write(3, 0xff);
    cmos_write(5, 0xff);
    machine.now += 60 * SECOND;
    assert_int_equal(cmos(0xc), 0x30);
    /* A flag that is up already interrupts as soon as it is enabled. */
    machine.now += SECOND;
    cmos_write(0xb, 0x12);
    assert_true(machine.level[8]);
    assert_int_equal(cmos(0xc), 0x90);
    /* While the time is being set, nothing is updated; and setting it makes no alarm. */
    cmos_write(0xb, 0x82);
    machine.now += 100 * SECOND;
    assert_int_equal(cmos(0xc), 0);
    cmos_write(9, 0x60);
    cmos_write(0xb, 0x02);
    assert_int_equal(cmos(0xc) & 0x20, 0);
}

/* However a guest goes about it, its RTC wakes the machine so often, and no more. */
static void rtc_budget(void **state)
{
    unsigned interrupts = 0;

    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        cmos_write(0xa, 0x21 + i % 15); /* each rate in turn: the next flag is one period ahead */
        cmos_write(0xb, 0x72);
        machine_run_until(machine.now + SECOND / 100000);
        interrupts += machine.level[8];
        cmos(0xc);
    }
    assert_in_range(interrupts, 0, 1000000000 / TIMER_GAP_NS + 2 * TIMER_BURST);
    /* The fastest rate, left alone, comes as it should. */
    cmos_write(0xa, 0x23);
    cmos(0xc);
    for (unsigned i = interrupts = 0; i < 100000; i++) {
        machine_run_until(machine.now + SECOND / 100000);
        interrupts += (cmos(0xc) & 0x40) != 0;
    }
    assert_in_range(interrupts, 8190, 8194);
}

static void rtc_update_flag(void **state)
{
    (void)state;
    machine.now = machine.now / SECOND * SECOND + SECOND - 100000;
    assert_int_equal(cmos(0xa) & 0x80, 0x80);
    machine.now += 200000;
    assert_int_equal(cmos(0xa) & 0x80, 0);
}

/* --- timers --- */

static void timers_have_an_end(void **state)
{
    static struct timer timer[TIMERS_MAX];

    (void)state;
    timers_init(&machine.timers, &machine.clock);
    for (unsigned i = 0; i < TIMERS_MAX; i++) {
        timer_init(&timer[i], &machine.timers, NULL, NULL);
        assert_int_equal(timers_add(&timer[i]), 0);
    }
    assert_int_equal(timers_add(&timer[0]), -ENOSPC);
    /* And the device that comes too late says so. */
    assert_int_equal(rtc_attach(&rtc, &machine.ports), -ENOSPC);
    assert_int_equal(pit_attach(&pit, &machine.ports), -ENOSPC);
}

/* --- ACPI --- */

static void pm_timer(void **state)
{
    uint32_t first = port_bus_in(&machine.ports, 0x608, 4);

    (void)state;
    machine_run_until(machine.now + SECOND);
    assert_in_range(port_bus_in(&machine.ports, 0x608, 4) - first, 3579544, 3579546);
}

static void power_and_reset(void **state)
{
    (void)state;
    assert_true(port_bus_in(&machine.ports, 0x604, 2) & 1);
    port_bus_out(&machine.ports, 0x604, 2, 5 << 10); /* type without enable: nothing */
    assert_int_equal(offs, 0);
    port_bus_out(&machine.ports, 0x604, 2, 5 << 10 | 1 << 13);
    assert_int_equal(offs, 1);
    out8(0xcf9, 0x02);
    assert_int_equal(resets, 0);
    out8(0xcf9, 0x06);
    assert_int_equal(resets, 1);
    out8(0x64, 0xd1); /* a keyboard command that is not the reset pulse */
    assert_int_equal(resets, 1);
    out8(0x64, 0xfe);
    assert_int_equal(resets, 2);
    out8(0x92, 0x02);
    assert_int_equal(resets, 2);
    assert_int_equal(in8(0x92), 0x02);
    out8(0x92, 0x03);
    assert_int_equal(resets, 3);
}

static void power_button(void **state)
{
    (void)state;
    acpi_pm_signal(&pm, ACPI_EVENT_POWER);
    assert_false(machine.level[9]);
    port_bus_out(&machine.ports, 0x602, 2, 0x100);
    assert_true(machine.level[9]);
    port_bus_out(&machine.ports, 0x600, 2, 0x100);
    assert_false(machine.level[9]);
}

/* --- The clock and the timers themselves --- */

static unsigned fired;

static void fire_at_once_again(void *ctx, uint64_t now)
{
    fired++;
    timer_arm(ctx, now + 1);
}

/* A period of one tick: some of it at once, then a bounded rate. */
static void shortest_period(void **state)
{
    static struct timer timer;

    (void)state;
    fired = 0;
    timer_init(&timer, &machine.timers, fire_at_once_again, &timer);
    timers_add(&timer);
    timer_arm(&timer, machine.now + 1);
    machine_run_until(machine.now + SECOND);
    assert_in_range(fired, 1000000000 / TIMER_GAP_NS, 1000000000 / TIMER_GAP_NS + 2 * TIMER_BURST);
}

static void clock_is_exact(void **state)
{
    static const uint64_t rates[] = {1000000000, 2399987654, 3579545, 999999937, 5700000001};

    (void)state;
    for (unsigned r = 0; r < ARRAY_SIZE(rates); r++) {
        for (uint64_t ns = 0; ns < 1ull << 62; ns = ns * 3 + 12347) {
            uint64_t ticks = ticks_from_ns(ns, rates[r]);

            if (ticks == UINT64_MAX)
                break;
            assert_true(ticks_to_ns(ticks, rates[r]) >= ns);
            assert_true(ticks == 0 || ticks_to_ns(ticks - 1, rates[r]) < ns);
        }
    }
}

/* Ten days after power-on, with a rate that no shift divides: no timer comes early and again. */
static void far_clock(void **state)
{
    unsigned runs = 0;
    uint64_t end;

    (void)state;
    machine.clock.hz = 2399987654;
    machine.now = 10ull * 86400 * machine.clock.hz + 12345;
    end = machine.now + machine.clock.hz;
    cmos_write(0xa, 0x28); /* 256 Hz */
    cmos_write(0xb, 0x42);
    while (machine.timers.next <= end) {
        machine.now = MAX(machine.now, machine.timers.next);
        timers_run(&machine.timers, machine.now);
        cmos(0xc);
        runs++;
    }
    assert_in_range(runs, 255, 258);
}

const struct CMUnitTest timer_tests[] = {
    cmocka_unit_test_setup(pit_ticks, set_up),
    cmocka_unit_test_setup(pit_one_shot, set_up),
    cmocka_unit_test_setup(pit_counts_down, set_up),
    cmocka_unit_test_setup(pit_new_count, set_up),
    cmocka_unit_test_setup(pit_gate_of_channel_2, set_up),
    cmocka_unit_test_setup(pit_gate_holds_mode_0, set_up),
    cmocka_unit_test_setup(pit_gate_triggers_mode_1, set_up),
    cmocka_unit_test_setup(pit_gate_restarts_mode_3, set_up),
    cmocka_unit_test_setup(pit_counts_in_decimal, set_up),
    cmocka_unit_test_setup(pit_after_the_bios, set_up),
    cmocka_unit_test_setup(pit_shortest_period, set_up),
    cmocka_unit_test_setup(rtc_shows_time, set_up),
    cmocka_unit_test_setup(rtc_is_set, set_up),
    cmocka_unit_test_setup(rtc_interrupts, set_up),
    cmocka_unit_test_setup(rtc_polled_flags, set_up),
    cmocka_unit_test_setup(rtc_budget, set_up),
    cmocka_unit_test_setup(rtc_update_flag, set_up),
    cmocka_unit_test_setup(timers_have_an_end, set_up),
    cmocka_unit_test_setup(pm_timer, set_up),
    cmocka_unit_test_setup(power_and_reset, set_up),
    cmocka_unit_test_setup(power_button, set_up),
    cmocka_unit_test_setup(shortest_period, set_up),
    cmocka_unit_test_setup(clock_is_exact, set_up),
    cmocka_unit_test_setup(far_clock, set_up),
};
const unsigned timer_test_count = ARRAY_SIZE(timer_tests);
