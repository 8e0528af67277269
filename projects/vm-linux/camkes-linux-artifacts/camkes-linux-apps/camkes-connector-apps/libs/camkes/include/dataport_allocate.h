/* SPDX-License-Identifier: BSD-2-Clause */
/* For who sets up dataports (dataport_init does). */
#ifndef DATAPORT_ALLOCATE_H
#define DATAPORT_ALLOCATE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives the dataport memory: size bytes, whole pages, as many as the component has. The same again
 * is harmless. Returns 0, or -1 with errno; ENODEV: this guest's monitor has no dataports.
 */
int dataport_allocate(int fd, size_t size);

#ifdef __cplusplus
}
#endif

#endif
