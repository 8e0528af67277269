/* SPDX-License-Identifier: BSD-2-Clause */
/* Archives: what is in them, where they end, and every way of being cut off or damaged. */
#include "suites.h"

#include <base/bits.h>
#include <base/cpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t archive[2048];

static size_t add(size_t at, const char *name, const char *data)
{
    size_t name_size = strlen(name) + 1, size = strlen(data);
    at += (size_t)sprintf((char *)archive + at,
                          "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x"
                          "%08x%08zX%08x",
                          1, 0100644, 0, 0, 1, 0, size, 0, 0, 0, 0, name_size, 0);
    memcpy(archive + at, name, name_size);
    at += name_size;
    at += cpio_padding(at);
    memcpy(archive + at, data, size + 1); /* what follows takes the place of the terminator */
    at += size;
    return at + cpio_padding(at);
}

static size_t make_archive(void)
{
    memset(archive, 0, sizeof(archive));
    return add(add(add(0, "one", "first"), "two/three", ""), CPIO_TRAILER, "");
}

static void test_read(void **state)
{
    (void)state;
    size_t size = make_archive(), at = 0;
    struct cpio_file file;
    assert_int_equal(cpio_next(archive, size, &at, &file), 1);
    assert_string_equal(file.name, "one");
    assert_int_equal(file.size, 5);
    assert_memory_equal(file.data, "first", 5);
    assert_int_equal(cpio_next(archive, size, &at, &file), 1);
    assert_string_equal(file.name, "two/three");
    assert_int_equal(file.size, 0);
    assert_int_equal(cpio_next(archive, size, &at, &file), 0);
}

/* At every length, in memory of just that size, so that the sanitizer sees a byte too far. */
static void test_cut_off(void **state)
{
    (void)state;
    size_t size = make_archive();
    for (size_t length = 0; length < size; length++) {
        uint8_t *part = malloc(length + !length);
        memcpy(part, archive, length);
        size_t at = 0;
        struct cpio_file file;
        int result;
        while ((result = cpio_next(part, length, &at, &file)) == 1)
            ;
        assert_int_equal(result, -1);
        free(part);
    }
}

static void test_damaged(void **state)
{
    (void)state;
    static const struct {
        size_t place;
        char byte;
    } damage[] = {{0, '1'}, {5, '3'}, {6, 'g'}, {13, ' '}, {54, 'f'}, {94, '8'}, {101, '0'}};
    for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
        size_t size = make_archive(), at = 0;
        struct cpio_file file;
        archive[damage[i].place] = (uint8_t)damage[i].byte;
        assert_int_equal(cpio_next(archive, size, &at, &file), -1);
        assert_int_equal(at, 0);
    }
}

int cpio_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_read), cmocka_unit_test(test_cut_off),
                                       cmocka_unit_test(test_damaged)};
    return cmocka_run_group_tests_name("cpio", tests, NULL, NULL);
}
