/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FileServer: the interface `fs_ctrl` over the archive that the build links in as whole pages.
 */
#include "files.h"

#include <base/bits.h>
#include <camkes.h>
#include <errno.h>
#include <file_server.h>
#include <stdio.h>
#include <string.h>

extern const uint8_t _cpio_archive[], _cpio_archive_end[];

static struct files files;

void post_init(void)
{
    int error =
        files_init(&files, _cpio_archive, (uintptr_t)_cpio_archive_end - (uintptr_t)_cpio_archive);
    if (error) {
        printf("%s: the file archive is %s; clients will find no files\n", get_instance_name(),
               error == -ENOMEM ? "too large for this component's heap_size" : "damaged");
    }
}

int fs_ctrl_open(const char *name, int mode)
{
    if (mode != 0)
        return -EROFS;
    if (!name || strnlen(name, FS_NAME_MAX + 1) > FS_NAME_MAX)
        return -ENAMETOOLONG;
    return files_open(&files, fs_ctrl_get_sender_id(), name);
}

int64_t fs_ctrl_read(int fd, uint64_t size)
{
    seL4_Word client = fs_ctrl_get_sender_id();
    uint8_t *buffer = fs_ctrl_buf(client);
    size_t room = fs_ctrl_buf_size(client);
    if (!buffer || room <= FS_DATA_OFFSET)
        return -ENOBUFS;
    return files_read(&files, client, fd, buffer + FS_DATA_OFFSET,
                      MIN(size, room - FS_DATA_OFFSET));
}

int64_t fs_ctrl_seek(int fd, int64_t offset, int whence)
{
    return files_seek(&files, fs_ctrl_get_sender_id(), fd, offset, whence);
}

int fs_ctrl_close(int fd)
{
    return files_close(&files, fs_ctrl_get_sender_id(), fd);
}

int fs_ctrl_name(int index, char **name)
{
    bool known = index >= 0 && (unsigned)index < files.count;
    *name = strdup(known ? files.list[index].name : "");
    return !*name ? -ENOMEM : known ? 0 : -ENOENT;
}
