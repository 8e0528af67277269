/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits for an event, unless there was one, and consumes it. */
#include "consumes_event.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>

int main(int argc, char *argv[])
{
    int fd;

    if (argc != 2)
        error(2, 0, "usage: consumes_event_wait NODE");
    fd = open(argv[1], O_RDWR);
    if (fd < 0 || consumes_event_wait(fd) < 0)
        error(1, errno, "%s", argv[1]);
    return 0;
}
