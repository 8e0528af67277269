/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libs/c's memcpy, memmove and memset (compiled under other names) against plain loops, for all
 * small sizes and offsets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

void *native_memcpy(void *restrict to, const void *restrict from, size_t size);
void *native_memmove(void *to, const void *from, size_t size);
void *native_memset(void *to, int value, size_t size);

#define AREA 600

static void fill(uint8_t *area)
{
    for (unsigned i = 0; i < AREA; i++)
        area[i] = (uint8_t)(i * 7 + 3);
}

static void memcpy_copies_exactly(void **state)
{
    (void)state;
    uint8_t from[AREA], to[AREA];
    for (size_t size = 0; size < 200; size++) {
        for (size_t offset = 0; offset < 9; offset++) {
            fill(from);
            for (unsigned i = 0; i < AREA; i++)
                to[i] = 0xee;
            assert_ptr_equal(native_memcpy(to + offset, from + 5, size), to + offset);
            for (size_t i = 0; i < AREA; i++) {
                uint8_t wanted =
                    i >= offset && i < offset + size ? from[5 + i - offset] : (uint8_t)0xee;
                assert_int_equal(to[i], wanted);
            }
        }
    }
}

static void memmove_survives_any_overlap(void **state)
{
    (void)state;
    uint8_t area[AREA], original[AREA];
    for (size_t size = 0; size < 120; size++) {
        for (size_t to = 0; to < 150; to++) {
            fill(area);
            fill(original);
            const size_t from = 70;
            assert_ptr_equal(native_memmove(area + to, area + from, size), area + to);
            for (size_t i = 0; i < AREA; i++) {
                uint8_t wanted = i >= to && i < to + size ? original[from + i - to] : original[i];
                assert_int_equal(area[i], wanted);
            }
        }
    }
}

static void memset_sets_exactly(void **state)
{
    (void)state;
    uint8_t area[AREA];
    for (size_t size = 0; size < 200; size++) {
        for (size_t offset = 0; offset < 9; offset++) {
            fill(area);
            assert_ptr_equal(native_memset(area + offset, 0x1c3, size), area + offset);
            for (size_t i = 0; i < AREA; i++) {
                uint8_t wanted =
                    i >= offset && i < offset + size ? (uint8_t)0xc3 : (uint8_t)(i * 7 + 3);
                assert_int_equal(area[i], wanted);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memcpy_copies_exactly),
        cmocka_unit_test(memmove_survives_any_overlap),
        cmocka_unit_test(memset_sets_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
