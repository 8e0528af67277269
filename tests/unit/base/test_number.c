/* SPDX-License-Identifier: BSD-2-Clause */
#include "suites.h"

#include <base/bits.h>
#include <base/number.h>
#include <string.h>

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {
        {"0", 0},
        {"42", 42},
        {"0x3F8", 0x3f8},
        {"0Xff", 255},
        {"64K", 65536},
        {"3M", 3 << 20},
        {"0x2G", 2ul << 30},
        {"18446744073709551615", UINT64_MAX},
        {"17179869183G", 17179869183ul << 30},
    };
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        uint64_t value = 7;
        assert_true(number_parse(good[i].text, good[i].text + strlen(good[i].text), &value));
        assert_int_equal(value, good[i].value);
    }
}

static void test_not_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "K",
        "0x",
        "0xg",
        "x1",
        "-1",
        "+1",
        " 1",
        "1 ",
        "12a",
        "1KK",
        "1T",
        "1k",
        "18446744073709551616",
        "0x10000000000000000",
        "17179869184G",
        "1.5M",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        uint64_t value;
        assert_false(number_parse(bad[i], bad[i] + strlen(bad[i]), &value));
    }
}

static void test_ends_where_told(void **state)
{
    (void)state;
    const char *text = "12345";
    uint64_t value;
    assert_true(number_parse(text, text + 2, &value));
    assert_int_equal(value, 12);
}

int number_tests(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_not_numbers),
        cmocka_unit_test(test_ends_where_told),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
