/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs that try out devices share. */
#ifndef TRY_H
#define TRY_H

#include <errno.h>
#include <error.h>
#include <fcntl.h>

#define PAGE 4096

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            error_at_line(1, errno, __FILE__, __LINE__, "%s", #condition);                         \
    } while (0)

static inline int open_node(const char *node, int flags)
{
    int fd = open(node, O_RDWR | flags);

    CHECK(fd >= 0);
    return fd;
}

#endif
