/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections whose device is one of UIO's (the kernel module `connection`): map 0 has the event
 * registers, map 1 is the dataport. mmap() takes the number of the map for an offset, in pages.
 */
#ifndef UIO_H
#define UIO_H

#include <stdbool.h>

enum { UIO_EVENTS, UIO_DATAPORT };

bool uio_is(int fd);

/* What sysfs says of a map: its "size" or "addr"; 0 if there is none, or no such map. */
unsigned long long uio_get(int fd, int map, const char *what);

#endif
