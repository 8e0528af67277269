/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory shared with a CAmkES component. fd is the dataport's device, /dev/camkes_… or /dev/uioN,
 * opened for reading and writing; errno says why a function failed.
 */
#ifndef DATAPORT_H
#define DATAPORT_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Maps all of it. Returns MAP_FAILED on error. munmap() with dataport_get_size() undoes it. */
void *dataport_mmap(int fd);

/*
 * In bytes, or -1: it is not allocated (dataport_init does that), or the connection has none. Of
 * /dev/uioN it is the next power of two.
 */
ssize_t dataport_get_size(int fd);

/* The address that the guest's kernel has it at, or 0 on error. */
long long unsigned int dataport_get_paddr(int fd);

#ifdef __cplusplus
}
#endif

#endif
