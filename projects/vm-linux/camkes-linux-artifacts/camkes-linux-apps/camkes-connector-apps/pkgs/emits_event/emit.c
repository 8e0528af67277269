/* SPDX-License-Identifier: BSD-2-Clause */
/* Emits an event. */
#include "emits_event.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>

int main(int argc, char *argv[])
{
    int fd;

    if (argc != 2)
        error(2, 0, "usage: emits_event_emit NODE");
    fd = open(argv[1], O_RDWR);
    if (fd < 0 || emits_event_emit(fd) < 0)
        error(1, errno, "%s", argv[1]);
    return 0;
}
