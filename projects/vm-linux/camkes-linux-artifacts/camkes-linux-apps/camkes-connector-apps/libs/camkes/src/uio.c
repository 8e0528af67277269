/* SPDX-License-Identifier: BSD-2-Clause */
#include "uio.h"

#include <errno.h>
#include <stdio.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#ifndef CHAR_DEVICES
#define CHAR_DEVICES "/sys/dev/char"
#endif

unsigned long long uio_get(int fd, int map, const char *what)
{
    unsigned long long value = 0;
    int saved = errno;
    struct stat status;
    char path[96];
    FILE *file;

    if (fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode))
        return 0;
    snprintf(path, sizeof(path), CHAR_DEVICES "/%u:%u/maps/map%d/%s", major(status.st_rdev),
             minor(status.st_rdev), map, what);
    file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%llx", &value) != 1)
            value = 0;
        fclose(file);
    }
    errno = saved; /* that of the call which found that this is another kind of device */
    return value;
}

bool uio_is(int fd)
{
    /* Who waits for events asks again and again, and sysfs is slow. */
    static _Thread_local dev_t known;
    static _Thread_local bool answer;
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode))
        return false;
    if (status.st_rdev != known) {
        answer = uio_get(fd, UIO_EVENTS, "size") != 0;
        known = status.st_rdev;
    }
    return answer;
}
