/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory and string functions, at every size and distance where their ways of working change.
 * They are compiled in here under other names, as the sanitizers bring their own.
 */
#define memcpy  base_memcpy
#define memmove base_memmove
#define memset  base_memset
#define memcmp  base_memcmp
#define strlen  base_strlen
#define strcmp  base_strcmp
#define strncmp base_strncmp
#include "../../../libs/base/src/memory.c" /* NOLINT(bugprone-suspicious-include) */
#include "../../../libs/base/src/string.c" /* NOLINT(bugprone-suspicious-include) */
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#undef strncmp

#include "suites.h"

#include <stdbool.h>

#define SIZE_MOST 200
#define MARGIN    75

static uint8_t bytes[SIZE_MOST + 2 * MARGIN], before[sizeof(bytes)];

static void fill(void)
{
    for (size_t i = 0; i < sizeof(bytes); i++)
        before[i] = bytes[i] = (uint8_t)(i + 1);
}

static void assert_moved(size_t to, size_t from, size_t size)
{
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bool inside = i >= to && i - to < size;
        assert_int_equal(bytes[i], before[inside ? from + (i - to) : i]);
    }
}

static void test_copies(void **state)
{
    (void)state;
    for (size_t size = 0; size <= SIZE_MOST; size++)
        for (size_t to = 0; to < 2 * MARGIN; to++) {
            fill();
            assert_ptr_equal(base_memmove(bytes + to, bytes + MARGIN, size), bytes + to);
            assert_moved(to, MARGIN, size);
        }
    for (size_t size = 0; size <= SIZE_MOST; size++)
        for (size_t to = 0; to < 9; to++) {
            fill();
            assert_ptr_equal(base_memcpy(bytes + to, before + 5, size), bytes + to);
            assert_moved(to, 5, size);
        }
}

static void test_set(void **state)
{
    (void)state;
    for (size_t size = 0; size <= SIZE_MOST; size++)
        for (size_t at = 0; at < 9; at++) {
            fill();
            assert_ptr_equal(base_memset(bytes + at, 0x1e3, size), bytes + at);
            for (size_t i = 0; i < sizeof(bytes); i++)
                assert_int_equal(bytes[i], i >= at && i - at < size ? 0xe3 : before[i]);
        }
}

static void test_comparisons(void **state)
{
    (void)state;
    assert_int_equal(base_memcmp("abc", "abd", 2), 0);
    assert_true(base_memcmp("abc", "abd", 3) < 0);
    assert_true(base_memcmp("\xff", "\1", 1) > 0);
    assert_int_equal(base_strlen(""), 0);
    assert_int_equal(base_strlen("four"), 4);
    assert_int_equal(base_strcmp("a", "a"), 0);
    assert_true(base_strcmp("a", "ab") < 0);
    assert_true(base_strcmp("\xe4", "z") > 0);
    assert_int_equal(base_strncmp("abX", "abY", 2), 0);
    assert_int_equal(base_strncmp("ab\0X", "ab\0Y", 4), 0);
    assert_true(base_strncmp("abX", "abY", 3) < 0);
}

int memory_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_copies), cmocka_unit_test(test_set),
                                       cmocka_unit_test(test_comparisons)};
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
