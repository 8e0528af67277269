/* SPDX-License-Identifier: BSD-2-Clause */
/* The file server, seen by a client. */
#include "check.h"

#include <camkes.h>
#include <errno.h>
#include <file_server.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The buffer that is shared with the server. */
extern char *files_buf;

#define NUMBERS_SIZE (100000 * 7)

static const char *data(void)
{
    return files_buf + FS_DATA_OFFSET;
}

static void test_small_file(void)
{
    int fd = files_open("greeting.txt", 0);
    CHECK(fd >= 0);
    CHECK(files_read(fd, 4096) == 28);
    CHECK(memcmp(data(), "Hello from the file server.\n", 28) == 0);
    CHECK(files_read(fd, 4096) == 0);
    CHECK(files_seek(fd, 6, FS_SEEK_SET) == 6);
    CHECK(files_read(fd, 4) == 4 && memcmp(data(), "from", 4) == 0);
    CHECK(files_close(fd) == 0);
    CHECK(files_read(fd, 1) == -EBADF);
}

/* Reads all of the large file; its lines are consecutive numbers. */
static void test_large_file(void)
{
    int fd = files_open("numbers.txt", 0);
    CHECK(files_seek(fd, 0, FS_SEEK_END) == NUMBERS_SIZE);
    CHECK(files_seek(fd, 0, FS_SEEK_SET) == 0);
    char *all = malloc(NUMBERS_SIZE + 1);
    CHECK(all);
    size_t got = 0;
    int64_t n;
    while (all && (n = files_read(fd, UINT64_MAX)) > 0 && n <= FS_READ_MAX &&
           got + (size_t)n <= NUMBERS_SIZE) {
        memcpy(all + got, data(), (size_t)n);
        got += (size_t)n;
    }
    CHECK(got == NUMBERS_SIZE);
    /* The buffer has room for more, but nobody is to be kept from the server so long. */
    CHECK(files_seek(fd, 0, FS_SEEK_SET) == 0);
    CHECK(files_read(fd, UINT64_MAX) == FS_READ_MAX);
    unsigned wrong = 0;
    for (unsigned i = 0; all && i < 100000; i++) {
        char expected[8];
        snprintf(expected, sizeof(expected), "%u\n", 100000 + i);
        wrong += memcmp(all + i * 7, expected, 7) != 0;
    }
    CHECK(wrong == 0);
    free(all);
    CHECK(files_close(fd) == 0);
}

static void test_refusals(void)
{
    char *name = NULL;
    char long_name[FS_NAME_MAX + 2];
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = 0;
    CHECK(files_open("absent.txt", 0) == -ENOENT);
    CHECK(files_open("greeting.txt", 1) == -EROFS);
    CHECK(files_open(long_name, 0) == -ENAMETOOLONG);
    CHECK(files_read(-1, 1) == -EBADF);
    CHECK(files_read(1 << 20, 1) == -EBADF);
    CHECK(files_seek(0, 0, FS_SEEK_SET) == -EBADF);
    unsigned names = 0;
    while (files_name((int)names, &name) == 0) {
        CHECK(strcmp(name, names ? "numbers.txt" : "greeting.txt") == 0);
        free(name);
        names++;
    }
    free(name);
    CHECK(names == 2);
}

void test_files(void)
{
    test_small_file();
    test_large_file();
    test_refusals();
}
