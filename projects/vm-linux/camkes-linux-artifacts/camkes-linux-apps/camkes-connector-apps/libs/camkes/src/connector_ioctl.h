/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel modules dataport and emits_event take. Numbers go as decimal strings, both ways;
 * the types in the commands are those of the first connectors, of 2016.
 */
#ifndef CONNECTOR_IOCTL_H
#define CONNECTOR_IOCTL_H

#include <stddef.h>

#include <sys/ioctl.h>

#define CONNECTOR_STRING 32 /* bytes, with the zero */

#define DATAPORT_ALLOCATE  _IOW('D', 0, size_t)
#define DATAPORT_GET_PADDR _IOR('D', 1, long long unsigned int)
#define DATAPORT_GET_SIZE  _IOR('D', 2, size_t)

#define EMITS_EVENT_EMIT _IOW('E', 0, unsigned int)

#endif
