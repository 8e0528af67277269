/* SPDX-License-Identifier: BSD-2-Clause */
#include "device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#ifndef DEVICES
#define DEVICES "/proc/devices"
#endif

unsigned int device_get_major(char *name)
{
    FILE *devices = fopen(DEVICES, "r");
    unsigned int found = NO_MAJOR;
    unsigned int major;
    char line[128];
    char known[64];

    if (!devices)
        return NO_MAJOR;
    /* Character devices come first; a block device may have the same name. */
    while (found == NO_MAJOR && fgets(line, sizeof(line), devices) &&
           strncmp(line, "Block", 5) != 0)
        if (sscanf(line, "%u %63s", &major, known) == 2 && strcmp(known, name) == 0)
            found = major;
    fclose(devices);
    return found;
}

int device_create_node(const char *node, unsigned int major, unsigned int minor)
{
    struct stat status;

    if (lstat(node, &status) == 0) {
        if (!S_ISCHR(status.st_mode)) {
            errno = EEXIST;
            return -1;
        }
        if (status.st_rdev == makedev(major, minor))
            return 0;
        if (unlink(node) != 0)
            return -1;
    }
    return mknod(node, S_IFCHR | S_IRUSR | S_IWUSR, makedev(major, minor));
}
