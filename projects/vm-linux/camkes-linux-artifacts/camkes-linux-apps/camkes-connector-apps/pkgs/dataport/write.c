/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a string, with its zero, to the beginning of a dataport. */
#include "dataport.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <string.h>

#include <sys/mman.h>

int main(int argc, char *argv[])
{
    char *data;
    ssize_t size;
    int fd;

    if (argc != 3)
        error(2, 0, "usage: dataport_write NODE STRING");
    fd = open(argv[1], O_RDWR);
    size = fd < 0 ? -1 : dataport_get_size(fd);
    data = size < 0 ? MAP_FAILED : dataport_mmap(fd);
    if (data == MAP_FAILED)
        error(1, errno, "%s", argv[1]);
    if (strlen(argv[2]) >= (size_t)size)
        error(1, 0, "%s: the string is longer than the dataport's %zd bytes", argv[1], size);
    memcpy(data, argv[2], strlen(argv[2]) + 1);
    return 0;
}
