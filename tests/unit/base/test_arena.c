/* SPDX-License-Identifier: BSD-2-Clause */
/* The arena: zeroed, aligned, pieces that join, an owner that has no more; vectors. */
#include "suites.h"

#include <base/arena.h>
#include <base/bits.h>
#include <string.h>

static _Alignas(16) uint8_t memory[4096];
static size_t lent, piece_size;

static void *lend(struct arena *arena, size_t *size)
{
    (void)arena;
    *size = ROUND_UP(MAX(*size, piece_size), 16);
    if (*size > sizeof(memory) - lent)
        return NULL;
    lent += *size;
    return memory + lent - *size;
}

static struct arena fresh(size_t size)
{
    memset(memory, 0, sizeof(memory));
    lent = 0;
    piece_size = size;
    return (struct arena){.more = lend};
}

static void test_alloc(void **state)
{
    (void)state;
    struct arena arena = fresh(64);
    uint8_t *a = arena_alloc(&arena, 1), *b = arena_alloc(&arena, 40), *c = arena_alloc(&arena, 90);
    assert_int_equal(b - a, 16);
    assert_int_equal(c - b, 48); /* adjoining pieces are one */
    assert_int_equal(lent, 64 + 96);
    for (unsigned i = 0; i < 90; i++)
        assert_int_equal(c[i], 0);
    assert_null(arena_alloc(&arena, sizeof(memory)));
    assert_null(arena_alloc(&arena, SIZE_MAX - 3));
    assert_non_null(arena_alloc(&arena, 8)); /* a refusal does no harm */
}

static void test_vector(void **state)
{
    (void)state;
    struct arena arena = fresh(16);
    struct VEC(int) numbers = {0};
    int count = 0;
    for (int *item; (item = VEC_ADD(&arena, &numbers)); count++) {
        assert_int_equal(*item, 0);
        *item = count;
    }
    assert_true(count >= 256);
    assert_int_equal(numbers.count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(numbers.items[i], i);
}

int arena_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_alloc), cmocka_unit_test(test_vector)};
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
