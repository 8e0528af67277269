/* SPDX-License-Identifier: BSD-2-Clause */
#include "files.h"

#include <base/bits.h>
#include <errno.h>
#include <file_server.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int count_files(const uint8_t *archive, size_t size, unsigned *count)
{
    struct cpio_file file;
    size_t offset = 0;
    int got;
    *count = 0;
    while ((got = cpio_next(archive, size, &offset, &file)) == 1)
        (*count)++;
    return got;
}

/* By name; of two with the same, the first of the archive is first. */
static int compare(const void *left, const void *right)
{
    const struct cpio_file *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : (a->data > b->data) - (a->data < b->data);
}

int files_init(struct files *files, const uint8_t *archive, size_t size)
{
    size_t offset = 0;
    *files = (struct files){0};
    if (count_files(archive, size, &files->count))
        return -EILSEQ;
    files->list = calloc(files->count ? files->count : 1, sizeof(*files->list));
    if (!files->list)
        return -ENOMEM;
    for (unsigned i = 0; i < files->count; i++)
        cpio_next(archive, size, &offset, &files->list[i]);
    qsort(files->list, files->count, sizeof(*files->list), compare);
    return 0;
}

static struct client *find_client(struct files *files, uint64_t badge)
{
    for (struct client *c = files->clients; c; c = c->next)
        if (c->badge == badge)
            return c;
    return NULL;
}

/* Clients are as many as the description connects, so their records are never freed. */
static struct client *get_client(struct files *files, uint64_t badge)
{
    struct client *c = find_client(files, badge);
    if (!c) {
        c = calloc(1, sizeof(*c));
        if (c) {
            c->badge = badge;
            c->next = files->clients;
            files->clients = c;
        }
    }
    return c;
}

static struct descriptor *get_descriptor(struct files *files, uint64_t badge, int fd)
{
    struct client *c = find_client(files, badge);
    if (!c || fd < 0 || fd >= FILES_PER_CLIENT || !c->descriptors[fd].file)
        return NULL;
    return &c->descriptors[fd];
}

static const struct cpio_file *find_file(const struct files *files, const char *name)
{
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    /* The first that is not before it: no client can make this take long. */
    unsigned first = 0, end = files->count;
    while (first < end) {
        unsigned middle = first + (end - first) / 2;
        if (strcmp(files->list[middle].name, name) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    bool found = first < files->count && strcmp(files->list[first].name, name) == 0;
    return found ? &files->list[first] : NULL;
}

int files_open(struct files *files, uint64_t badge, const char *name)
{
    const struct cpio_file *file = find_file(files, name);
    if (!file)
        return -ENOENT;
    struct client *c = get_client(files, badge);
    if (!c)
        return -ENOMEM;
    for (int fd = 0; fd < FILES_PER_CLIENT; fd++) {
        if (!c->descriptors[fd].file) {
            c->descriptors[fd] = (struct descriptor){file, 0};
            return fd;
        }
    }
    return -EMFILE;
}

int64_t files_read(struct files *files, uint64_t badge, int fd, void *to, uint64_t size)
{
    struct descriptor *d = get_descriptor(files, badge, fd);
    if (!d)
        return -EBADF;
    uint64_t left = d->position < d->file->size ? d->file->size - d->position : 0;
    size = MIN(MIN(size, left), FS_READ_MAX);
    memcpy(to, d->file->data + d->position, size);
    d->position += size;
    return (int64_t)size;
}

int64_t files_seek(struct files *files, uint64_t badge, int fd, int64_t offset, int whence)
{
    struct descriptor *d = get_descriptor(files, badge, fd);
    int64_t base, position;
    if (!d)
        return -EBADF;
    switch (whence) {
    case FS_SEEK_SET:
        base = 0;
        break;
    case FS_SEEK_CUR:
        base = (int64_t)d->position;
        break;
    case FS_SEEK_END:
        base = (int64_t)d->file->size;
        break;
    default:
        return -EINVAL;
    }
    if (__builtin_add_overflow(base, offset, &position) || position < 0)
        return -EINVAL;
    d->position = (uint64_t)position;
    return position;
}

int files_close(struct files *files, uint64_t badge, int fd)
{
    struct descriptor *d = get_descriptor(files, badge, fd);
    if (!d)
        return -EBADF;
    d->file = NULL;
    return 0;
}
