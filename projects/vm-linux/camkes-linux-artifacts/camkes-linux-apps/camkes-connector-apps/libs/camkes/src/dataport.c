/* SPDX-License-Identifier: BSD-2-Clause */
#include "dataport.h"
#include "connector_ioctl.h"
#include "dataport_allocate.h"
#include "uio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/mman.h>

int dataport_allocate(int fd, size_t size)
{
    char text[CONNECTOR_STRING];

    snprintf(text, sizeof(text), "%zu", size);
    return ioctl(fd, DATAPORT_ALLOCATE, text);
}

/* Returns 0 on error, which is neither a size nor an address. */
static long long unsigned int get(int fd, unsigned long command, const char *of_uio)
{
    char text[CONNECTOR_STRING] = "";

    if (ioctl(fd, command, text) == 0)
        return strtoull(text, NULL, 10);
    return errno == ENOTTY ? uio_get(fd, UIO_DATAPORT, of_uio) : 0;
}

long long unsigned int dataport_get_paddr(int fd)
{
    return get(fd, DATAPORT_GET_PADDR, "addr");
}

ssize_t dataport_get_size(int fd)
{
    ssize_t size = (ssize_t)get(fd, DATAPORT_GET_SIZE, "size");

    return size > 0 ? size : -1;
}

void *dataport_mmap(int fd)
{
    ssize_t size = dataport_get_size(fd);
    off_t offset = uio_is(fd) ? UIO_DATAPORT * sysconf(_SC_PAGESIZE) : 0;

    if (size < 0)
        return MAP_FAILED;
    return mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
}
