/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes its input as a string to the beginning of a dataport; with a size, in that many bytes. */
#include "dataport.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/mman.h>

int main(int argc, char *argv[])
{
    size_t end;
    char *data;
    ssize_t size;
    int fd;

    if (argc != 2 && argc != 3)
        error(2, 0, "usage: dataport_write NODE [SIZE] <TEXT");
    fd = open(argv[1], O_RDWR);
    size = fd < 0 ? -1 : dataport_get_size(fd);
    data = size < 0 ? MAP_FAILED : dataport_mmap(fd);
    if (data == MAP_FAILED)
        error(1, errno, "%s", argv[1]);
    if (argc == 3 && strtol(argv[2], NULL, 0) < size)
        size = strtol(argv[2], NULL, 0);
    if (size <= 0)
        error(2, 0, "the size \"%s\" is no number of bytes", argv[2]);
    end = fread(data, 1, (size_t)size - 1, stdin);
    data[end] = '\0';
    if (getchar() != EOF)
        error(1, 0, "%s: the input is longer than %zd bytes", argv[1], size - 1);
    return 0;
}
