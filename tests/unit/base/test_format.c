/* SPDX-License-Identifier: BSD-2-Clause */
/* The formatter against the host's C library, and where they are meant to differ. */
#include "suites.h"

#include <base/format.h>
#include <stdio.h>
#include <string.h>

#define SAME(...)                                                                                  \
    do {                                                                                           \
        char ours[200], theirs[200];                                                               \
        size_t length = format_text(ours, sizeof(ours), __VA_ARGS__);                              \
        assert_int_equal(length, snprintf(theirs, sizeof(theirs), __VA_ARGS__));                   \
        assert_string_equal(ours, theirs);                                                         \
    } while (0)

static void test_against_libc(void **state)
{
    (void)state;
    SAME("plain, 100 %%, %c", 'x');
    SAME("%d %i %d %ld %zd", 0, -7, -2147483647 - 1, INT64_MIN, (size_t)5);
    SAME("%u %x %X %lx %zu", 4000000000u, 0xbeef, 0xBEEF, UINT64_MAX, SIZE_MAX);
    SAME("[%5d] [%-5d] [%05d] [%05d] [%2d]", 42, 42, 42, -42, 12345);
    SAME("[%8x] [%-8x] [%08x] [%016lx] [%p]", 0xab, 0xab, 0xab, 0xabcul, (void *)0xfee00000);
    SAME("[%s] [%8s] [%-8s] [%.2s] [%*s] [%-*s] [%.*s]", "text", "text", "text", "text", 6, "ab", 6,
         "ab", 3, "abcdef");
    SAME("[%3c] [%-3c]", 'a', 'b');
    SAME("%050d", 7);
}

static void test_own_ways(void **state)
{
    (void)state;
    char text[16];
    const char *volatile nothing = NULL, *volatile unknown = "[%q] %";
    format_text(text, sizeof(text), "%s", nothing);
    assert_string_equal(text, "(null)");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    assert_int_equal(format_text(text, sizeof(text), unknown), 6);
#pragma GCC diagnostic pop
    assert_string_equal(text, "[%q] %");
}

static void test_sizes(void **state)
{
    (void)state;
    char text[8];
    memset(text, '#', sizeof(text));
    assert_int_equal(format_text(text, 4, "%s", "abcdef"), 6);
    assert_memory_equal(text, "abc\0####", 8);
    assert_int_equal(format_text(text, 1, "%d", 12), 2);
    assert_memory_equal(text, "\0bc\0####", 8);
    assert_int_equal(format_text(NULL, 0, "%d", 123), 3);
}

int format_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_libc),
                                       cmocka_unit_test(test_own_ways),
                                       cmocka_unit_test(test_sizes)};
    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
