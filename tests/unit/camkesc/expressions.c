/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values: operators and their precedence against C's own, limits, lists and dictionaries,
 * references.
 */
#include "harness.h"

#include <stdio.h>
#include <string.h>

/* The value of a.x, where it is set to `text`; NULL if that is an error. */
static const struct value *value_of(struct compiler *cc, const char *text)
{
    char *source = in_system(cc, "", arena_printf(&cc->arena, "a.x = %s;", text));
    if (!compile_text(cc, source, strlen(source)))
        return NULL;
    return find_setting(cc->system->instances.items[0], "x")->value;
}

static void expect_number(const char *text, int64_t expected)
{
    struct compiler *cc = new_compiler();
    const struct value *value = value_of(cc, text);
    if (!value || value->kind != VALUE_NUMBER || value->number != expected)
        fail_msg("%s is not %lld", text, (long long)expected);
    delete_compiler(cc);
}

static void expect_error(const char *text, const char *message)
{
    struct compiler *cc = new_compiler();
    if (value_of(cc, text))
        fail_msg("%s is no error", text);
    bool found = false;
    for (size_t i = 0; i < cc->diags.list.count; i++)
        found |= !!strstr(cc->diags.list.items[i].message, message);
    if (!found)
        fail_msg("%s: no message with '%s'", text, message);
    delete_compiler(cc);
}

#define SAME_AS_C(expression) expect_number(#expression, (int64_t)(expression))

static void test_precedence(void **state)
{
    (void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* names that only one compiler knows */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wbool-compare"
#pragma GCC diagnostic ignored "-Wint-in-bool-context"
    SAME_AS_C(0x4088 + 8);
    SAME_AS_C(0x1fffffff & ~0x1fffe);
    SAME_AS_C(1 << 27);
    SAME_AS_C(16 * 1024);
    SAME_AS_C(1 + 2 * 3 - 4 / 2 % 3);
    SAME_AS_C(1 << 2 + 3);
    SAME_AS_C(1 | 2 ^ 3 & 4);
    SAME_AS_C(1 | 6 == 6);
    SAME_AS_C(5 & 3 << 1);
    SAME_AS_C(1 < 2 == 2 > 1);
    SAME_AS_C(-7 / 2);
    SAME_AS_C(-7 % 3);
    SAME_AS_C(!0 + !5);
    SAME_AS_C(~0);
    SAME_AS_C(1 || 0 && 0);
    SAME_AS_C(0 ? 1 : 2 ? 3 : 4);
    SAME_AS_C(1 ? 0 ? 5 : 6 : 7);
    SAME_AS_C(-(2 + 3) * -1);
    SAME_AS_C(100 - 10 - 1);
    SAME_AS_C(256 >> 2 >> 1);
#pragma GCC diagnostic pop
}

static void test_more_than_c(void **state)
{
    (void)state;
    expect_number("2 ** 10", 1024);
    expect_number("2 ** 3 ** 2", 512);
    expect_number("-2 ** 2", -4);
    expect_number("2 * 3 ** 2", 18);
    expect_number("True + true + False + false", 2);
    expect_number("0xffffffffffffffff", -1);
    expect_number("1 << 63", INT64_MIN);
    expect_number("4096UL", 4096);
    expect_number("\"a\" == \"a\"", 1);
    expect_number("\"a\" != \"a\"", 0);
    expect_number("1.5 * 2 == 3", 1);
    /* What is not chosen is not calculated. */
    expect_number("1 ? 2 : 1 / 0", 2);
    expect_number("1 || 1 / 0", 1);
    expect_number("0 && 1 / 0", 0);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("1 / 0", "division by zero");
    expect_error("1 % 0", "division by zero");
    expect_error("1 << 64", "a shift by 64 bits");
    expect_error("1 >> -1", "a shift by -1 bits");
    expect_error("2 ** -1", "negative exponent");
    expect_error("2 ** 64", "does not fit in 64 bits");
    expect_error("3 ** 1000000000000", "does not fit in 64 bits");
    expect_error("0x7fffffffffffffff + 1", "does not fit in 64 bits");
    expect_error("(1 << 63) / -1", "does not fit in 64 bits");
    expect_error("0x7fffffffffffffff * 3", "does not fit in 64 bits");
    expect_error("0x10000000000000000", "does not fit in 64 bits");
    expect_error("010", "do not begin with 0");
    expect_error("12abc", "neither a number nor a name");
    expect_error("\"a\" + 1", "cannot be calculated with");
    expect_error("[1] * 2", "cannot be calculated with");
    expect_error("1.5 & 1", "whole numbers only");
    expect_error("~1.5", "cannot be calculated with");
    expect_error("foo", "'foo' is not a value");
    expect_error("dtb({\"path\": 1})", "device tree");
    expect_error("{\"a\": 1, \"a\": 2}", "appears twice");
    expect_error("{[1]: 2}", "a key must be a string");
}

static void test_depth(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    struct text text;
    text_init(&text, &cc->arena);
    for (int i = 0; i < 3000; i++)
        text_add(&text, "-");
    text_add(&text, "1");
    expect_error(text.data, "nested too deeply");
    text_init(&text, &cc->arena);
    for (int i = 0; i < 2000; i++)
        text_add(&text, "[");
    for (int i = 0; i < 2000; i++)
        text_add(&text, "]");
    expect_error(text.data, "nested too deeply");
    /* A long sum is deep too, as a tree; one of sensible length is not too deep. */
    text_init(&text, &cc->arena);
    for (int i = 0; i < 100; i++)
        text_add(&text, "1 + ");
    text_add(&text, "1");
    expect_number(text.data, 101);
    delete_compiler(cc);
}

static void test_strings(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    const struct value *value = value_of(cc, "\"one \" \"two\n\" \"C:\\new\\\"");
    assert_non_null(value);
    assert_string_equal(value_string(value), "one two\nC:\\new\\");
    /* And into C, whose escapes count there. */
    assert_string_equal(c_string(cc, "a\"\n\001?\xc3"), "\"a\\\"\\n\\001\\077\\303\"");
    assert_string_equal(c_string(cc, "\\n\\x41\\xg\\q\\"), "\"\\n\\x41\\\\xg\\\\q\\\\\"");
    delete_compiler(cc);
}

/* Found by the fuzzer: zero bytes inside of tokens. */
static void test_zero_bytes(void **state)
{
    (void)state;
    static const char *const texts[] = {"import <@x>;",
                                        "import \"@\";",
                                        "component A@ { }",
                                        "component A { include <@>; }",
                                        "assembly { configuration { a.x = \"@\"; } }",
                                        "@"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct compiler *cc = new_compiler();
        char *text = arena_strdup(&cc->arena, texts[i]);
        size_t length = strlen(text);
        *strchr(text, '@') = '\0';
        assert_false(compile_text(cc, text, length));
        delete_compiler(cc);
    }
}

static void test_lists(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    const struct value *value =
        value_of(cc, "[{\"start\": 0x4088, \"name\": \"SATA\",}, [1, 2,], []]");
    assert_non_null(value);
    assert_int_equal(value->items.count, 3);
    assert_int_equal(value_get(value->items.items[0], "start")->number, 0x4088);
    assert_string_equal(value_string(value_get(value->items.items[0], "name")), "SATA");
    assert_null(value_get(value->items.items[0], "end"));
    assert_int_equal(value->items.items[1]->items.count, 2);
    assert_int_equal(value->items.items[2]->items.count, 0);
    delete_compiler(cc);
}

static void test_references(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    char *source = in_system(cc, "attribute int d = 7; attribute int unset;",
                             "a.x <- a.y; a.y <- a.z[\"k\"][1]; a.z = {\"k\": [4, 5]};"
                             "a.w <- a.d; a.v <- a.unset; a.u <- a.undeclared_and_unset;");
    assert_true(compile_text(cc, source, strlen(source)));
    const struct instance *a = cc->system->instances.items[0];
    assert_int_equal(find_setting(a, "x")->value->number, 5);
    assert_int_equal(find_setting(a, "w")->value->number, 7);
    /* What is not set anywhere sets nothing. */
    assert_null(find_setting(a, "v"));
    assert_null(find_setting(a, "u"));
    delete_compiler(cc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence), cmocka_unit_test(test_more_than_c),
        cmocka_unit_test(test_errors),     cmocka_unit_test(test_depth),
        cmocka_unit_test(test_strings),    cmocka_unit_test(test_lists),
        cmocka_unit_test(test_references), cmocka_unit_test(test_zero_bytes),
    };
    return cmocka_run_group_tests_name("camkesc expressions", tests, NULL, NULL);
}
