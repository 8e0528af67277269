/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of an archive, and the descriptors that clients hold on them. A client is known by its
 * badge; what one opens no other can use.
 */
#pragma once

#include <base/cpio.h>
#include <stdint.h>

#define FILES_PER_CLIENT 16

struct descriptor {
    const struct cpio_file *file; /* NULL = free */
    uint64_t position;
};

struct client {
    struct client *next;
    uint64_t badge;
    struct descriptor descriptors[FILES_PER_CLIENT];
};

struct files {
    struct cpio_file *list;
    unsigned count;
    struct client *clients;
};

/* All return 0 or more, or a negative errno. */
int files_init(struct files *files, const uint8_t *archive, size_t size);
int files_open(struct files *files, uint64_t badge, const char *name);
/* Up to `size` bytes, and FS_READ_MAX, from the descriptor's position; the position moves on. */
int64_t files_read(struct files *files, uint64_t badge, int fd, void *to, uint64_t size);
int64_t files_seek(struct files *files, uint64_t badge, int fd, int64_t offset, int whence);
int files_close(struct files *files, uint64_t badge, int fd);
