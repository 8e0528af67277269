/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file server's archive and descriptors: reading, isolation of clients, hostile arguments and
 * archives.
 */
#include "suites.h"

#include <errno.h>
#include <file_server.h>
#include <files.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t archive[65536];
static size_t archive_size;

static void add_entry(const char *name, const char *data)
{
    size_t name_size = strlen(name) + 1, size = strlen(data);
    archive_size +=
        (size_t)sprintf((char *)archive + archive_size,
                        "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", 1u, 0x81a4u,
                        0u, 0u, 1u, 0u, (unsigned)size, 0u, 0u, 0u, 0u, (unsigned)name_size, 0u);
    memcpy(archive + archive_size, name, name_size);
    archive_size = (archive_size + name_size + 3) & ~3ul;
    /* What follows takes the place of the terminator. */
    memcpy(archive + archive_size, data, size + 1);
    archive_size = (archive_size + size + 3) & ~3ul;
}

static struct files files;

static int set_up(void **state)
{
    (void)state;
    memset(archive, 0, sizeof(archive));
    archive_size = 0;
    add_entry("bzimage", "kernel bytes");
    add_entry("empty", "");
    add_entry("dir/rootfs.cpio", "0123456789");
    add_entry("TRAILER!!!", "");
    return files_init(&files, archive, sizeof(archive));
}

static int tear_down(void **state)
{
    (void)state;
    while (files.clients) {
        struct client *next = files.clients->next;
        free(files.clients);
        files.clients = next;
    }
    free(files.list);
    return 0;
}

static void test_read_and_seek(void **state)
{
    (void)state;
    char buffer[32] = {0};
    assert_int_equal(files.count, 3);
    int fd = files_open(&files, 7, "dir/rootfs.cpio");
    assert_true(fd >= 0);
    assert_int_equal(files_read(&files, 7, fd, buffer, 4), 4);
    assert_memory_equal(buffer, "0123", 4);
    assert_int_equal(files_read(&files, 7, fd, buffer, UINT64_MAX), 6);
    assert_memory_equal(buffer, "456789", 6);
    assert_int_equal(files_read(&files, 7, fd, buffer, 32), 0);
    assert_int_equal(files_seek(&files, 7, fd, -3, FS_SEEK_END), 7);
    assert_int_equal(files_read(&files, 7, fd, buffer, 1), 1);
    assert_int_equal(buffer[0], '7');
    assert_int_equal(files_seek(&files, 7, fd, 1, FS_SEEK_CUR), 9);
    assert_int_equal(files_seek(&files, 7, fd, 1000, FS_SEEK_SET), 1000);
    assert_int_equal(files_read(&files, 7, fd, buffer, 32), 0);
    assert_int_equal(files_close(&files, 7, fd), 0);
    assert_int_equal(files_close(&files, 7, fd), -EBADF);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(files_open(&files, 1, "absent"), -ENOENT);
    assert_int_equal(files_open(&files, 1, ""), -ENOENT);
    assert_true(files_open(&files, 1, "./bzimage") >= 0);
    assert_true(files_open(&files, 1, "empty") >= 0);
    assert_int_equal(files_open(&files, 1, "TRAILER!!!"), -ENOENT);
}

/* Each is found, and of two with the same name the first. */
static void test_many_files(void **state)
{
    (void)state;
    struct files many;
    char name[16];
    archive_size = 0;
    for (unsigned i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "%u", i * 7919 % 150);
        add_entry(name, i < 150 ? "first" : "second");
    }
    add_entry("TRAILER!!!", "");
    assert_int_equal(files_init(&many, archive, sizeof(archive)), 0);
    for (unsigned i = 0; i < 150; i++) {
        char text[8] = {0};
        snprintf(name, sizeof(name), "%u", i);
        int fd = files_open(&many, 1, name);
        assert_true(fd >= 0);
        assert_int_equal(files_read(&many, 1, fd, text, sizeof(text)), 5);
        assert_string_equal(text, "first");
        assert_int_equal(files_close(&many, 1, fd), 0);
    }
    assert_int_equal(files_open(&many, 1, "150"), -ENOENT);
    free(many.clients);
    free(many.list);
}

/* However much is asked for, and however large the buffer. */
static void test_reads_are_bounded(void **state)
{
    (void)state;
    uint8_t *data = calloc(1, 1 << 20), *buffer = malloc(1 << 20);
    struct cpio_file file = {.name = "large", .data = data, .size = 1 << 20};
    struct files one = {.list = &file, .count = 1};
    int fd = files_open(&one, 1, "large");
    for (unsigned i = 0; i < (1 << 20) / FS_READ_MAX; i++)
        assert_int_equal(files_read(&one, 1, fd, buffer, UINT64_MAX), FS_READ_MAX);
    assert_int_equal(files_read(&one, 1, fd, buffer, UINT64_MAX), 0);
    free(one.clients);
    free(buffer);
    free(data);
}

static void test_clients_are_apart(void **state)
{
    (void)state;
    char buffer[4];
    int a = files_open(&files, 1, "bzimage");
    assert_int_equal(files_read(&files, 2, a, buffer, 1), -EBADF);
    int b = files_open(&files, 2, "dir/rootfs.cpio");
    assert_int_equal(files_read(&files, 2, b, buffer, 1), 1);
    assert_int_equal(buffer[0], '0');
    assert_int_equal(files_read(&files, 1, a, buffer, 1), 1);
    assert_int_equal(buffer[0], 'k');
    assert_int_equal(files_close(&files, 2, b), 0);
    assert_int_equal(files_read(&files, 1, a, buffer, 1), 1);
}

static void test_hostile_arguments(void **state)
{
    (void)state;
    char buffer[4];
    int fd = files_open(&files, 1, "bzimage");
    assert_int_equal(files_read(&files, 1, -1, buffer, 1), -EBADF);
    assert_int_equal(files_read(&files, 1, FILES_PER_CLIENT, buffer, 1), -EBADF);
    assert_int_equal(files_read(&files, 1, INT32_MAX, buffer, 1), -EBADF);
    assert_int_equal(files_seek(&files, 1, fd, -1, FS_SEEK_SET), -EINVAL);
    assert_int_equal(files_seek(&files, 1, fd, INT64_MAX, FS_SEEK_END), -EINVAL);
    assert_int_equal(files_seek(&files, 1, fd, INT64_MIN, FS_SEEK_CUR), -EINVAL);
    assert_int_equal(files_seek(&files, 1, fd, 0, 3), -EINVAL);
    for (unsigned i = 1; i < FILES_PER_CLIENT; i++)
        assert_true(files_open(&files, 1, "empty") >= 0);
    assert_int_equal(files_open(&files, 1, "empty"), -EMFILE);
    assert_true(files_open(&files, 2, "empty") >= 0);
}

static void test_damaged_archives(void **state)
{
    (void)state;
    srand(4);
    for (unsigned i = 0; i < 20000; i++) {
        size_t size = rand() % 3 ? archive_size : (size_t)rand() % (archive_size + 1);
        uint8_t *copy = malloc(size ? size : 1);
        memcpy(copy, archive, size);
        for (int n = rand() % 4; n > 0 && size; n--) {
            copy[(size_t)rand() % size] =
                rand() % 2 ? (uint8_t)rand() : (uint8_t) "0fF9"[rand() % 4];
        }
        struct files other;
        int result = files_init(&other, copy, size);
        assert_true(result == 0 || result == -EILSEQ);
        for (unsigned f = 0; result == 0 && f < other.count; f++) {
            uint8_t last = 0;
            if (other.list[f].size)
                last = other.list[f].data[other.list[f].size - 1];
            (void)last;
        }
        free(other.list);
        free(copy);
    }
    assert_int_equal(files_init(&(struct files){0}, archive, 0), -EILSEQ);
}

int files_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read_and_seek, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reads_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clients_are_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hostile_arguments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_archives, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
