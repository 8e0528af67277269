/* SPDX-License-Identifier: BSD-2-Clause */
/* Days and dates against the host's C library, over eight centuries. */
#define _GNU_SOURCE
#include "suites.h"

#include <base/calendar.h>
#include <time.h>

static void test_against_libc(void **state)
{
    (void)state;
    for (int64_t days = -150000; days < 150000; days++) {
        time_t seconds = days * SECONDS_PER_DAY;
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        struct calendar_date date = calendar_date(days);
        assert_int_equal(date.year, tm.tm_year + 1900);
        assert_int_equal(date.month, tm.tm_mon + 1);
        assert_int_equal(date.day, tm.tm_mday);
        assert_int_equal(calendar_weekday(days), tm.tm_wday + 1);
        assert_int_equal(calendar_days(date.year, date.month, date.day), days);
    }
}

static void test_out_of_range(void **state)
{
    (void)state;
    assert_int_equal(calendar_days(2023, 2, 29), calendar_days(2023, 3, 1));
    assert_int_equal(calendar_days(2023, 13, 1), calendar_days(2024, 1, 1));
    assert_int_equal(calendar_days(2023, 0, 1), calendar_days(2022, 12, 1));
    assert_int_equal(calendar_days(2024, 3, 0), calendar_days(2024, 2, 29));
}

int calendar_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_libc),
                                       cmocka_unit_test(test_out_of_range)};
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
