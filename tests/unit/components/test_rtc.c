/* SPDX-License-Identifier: BSD-2-Clause */
/* Decoding of the battery-backed clock's registers in their four formats. */
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

int rtc_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bcd_24),
        cmocka_unit_test(test_binary_24),
        cmocka_unit_test(test_12_hours),
        cmocka_unit_test(test_no_century),
    };
    return cmocka_run_group_tests_name("rtc", tests, NULL, NULL);
}
