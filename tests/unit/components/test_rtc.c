/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding of the battery-backed clock's registers in their four formats, and how much reading them
 * may take.
 */
#include "suites.h"

#include <cmos_time.h>

static void test_bcd_24(void **state)
{
    (void)state;
    rtc_time_date_t t = cmos_time(
        &(struct cmos_registers){0x59, 0x07, 0x23, 0x31, 0x12, 0x26, 0x20, CMOS_B_24_HOURS});
    assert_int_equal(t.second, 59);
    assert_int_equal(t.minute, 7);
    assert_int_equal(t.hour, 23);
    assert_int_equal(t.day, 31);
    assert_int_equal(t.month, 12);
    assert_int_equal(t.year, 2026);
}

static void test_binary_24(void **state)
{
    (void)state;
    rtc_time_date_t t = cmos_time(
        &(struct cmos_registers){59, 30, 18, 28, 2, 99, 19, CMOS_B_24_HOURS | CMOS_B_BINARY});
    assert_int_equal(t.minute, 30);
    assert_int_equal(t.hour, 18);
    assert_int_equal(t.year, 1999);
}

static uint8_t hour_of(uint8_t value, uint8_t status_b)
{
    return cmos_time(&(struct cmos_registers){.hour = value, .status_b = status_b}).hour;
}

static void test_12_hours(void **state)
{
    (void)state;
    assert_int_equal(hour_of(0x12, 0), 0);         /* 12 am */
    assert_int_equal(hour_of(0x01, 0), 1);         /* 1 am */
    assert_int_equal(hour_of(0x12 | 0x80, 0), 12); /* 12 pm */
    assert_int_equal(hour_of(0x11 | 0x80, 0), 23); /* 11 pm */
    assert_int_equal(hour_of(11 | 0x80, CMOS_B_BINARY), 23);
}

static void test_no_century(void **state)
{
    (void)state;
    struct cmos_registers r = {.year = 0x26, .century = 0, .status_b = CMOS_B_24_HOURS};
    assert_int_equal(cmos_time(&r).year, 2026);
    r.year = 0x85;
    r.century = 0xff;
    assert_int_equal(cmos_time(&r).year, 1985);
}

/* --- A clock that is not to be relied on --- */

static unsigned reads, second, updating_until;
static bool restless;

static uint8_t read_fake(uint8_t index)
{
    reads++;
    if (index == CMOS_STATUS_A)
        return reads < updating_until ? CMOS_A_UPDATING : 0;
    if (index == 0x00) /* it ticks */
        return (uint8_t)(restless ? second++ % 60 : second);
    return index;
}

static struct cmos_registers read_clock(unsigned busy, bool ticks)
{
    reads = second = 0;
    updating_until = busy;
    restless = ticks;
    return cmos_read_clock(read_fake);
}

static void test_reading(void **state)
{
    (void)state;
    struct cmos_registers r = read_clock(0, false);
    assert_int_equal(reads, 2 * 9);
    assert_int_equal(r.second, 0);
    assert_int_equal(r.minute, 0x02);
    assert_int_equal(r.century, CMOS_CENTURY);
    /* An update: all registers are of the time after it. */
    read_clock(500, false);
    assert_int_equal(reads, 499 + 2 * 9);
}

/* Who asks a clock that always updates, or never shows a time twice, comes back, too. */
static void test_budget(void **state)
{
    (void)state;
    read_clock(~0u, false);
    assert_in_range(reads, CMOS_MAX_LOOKS, CMOS_MAX_LOOKS + 2 * 8);
    read_clock(0, true);
    assert_int_equal(reads, CMOS_MAX_READINGS * 9);
    struct cmos_registers r = read_clock(~0u, true);
    assert_in_range(reads, CMOS_MAX_LOOKS, CMOS_MAX_LOOKS + CMOS_MAX_READINGS * 8);
    assert_int_equal(r.second, CMOS_MAX_READINGS - 1);
}

int rtc_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bcd_24),   cmocka_unit_test(test_binary_24),
        cmocka_unit_test(test_12_hours), cmocka_unit_test(test_no_century),
        cmocka_unit_test(test_reading),  cmocka_unit_test(test_budget),
    };
    return cmocka_run_group_tests_name("rtc", tests, NULL, NULL);
}
