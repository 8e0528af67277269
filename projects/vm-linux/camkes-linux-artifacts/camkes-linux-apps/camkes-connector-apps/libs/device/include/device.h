/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices of kernel modules, and the nodes by which programs reach them. */
#ifndef DEVICE_H
#define DEVICE_H

#ifdef __cplusplus
extern "C" {
#endif

#define NO_MAJOR ((unsigned int)-1)

/* The major number of a character device by its module's name, or NO_MAJOR. */
unsigned int device_get_major(char *name);

/*
 * Makes the node of a device; a node that is there already and is another one's makes way. Returns
 * 0, or -1 with errno; EEXIST: there is something else of that name.
 */
int device_create_node(const char *node, unsigned int major, unsigned int minor);

#ifdef __cplusplus
}
#endif

#endif
