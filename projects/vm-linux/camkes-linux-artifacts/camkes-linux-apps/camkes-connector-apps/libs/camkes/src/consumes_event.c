/* SPDX-License-Identifier: BSD-2-Clause */
#include "consumes_event.h"

#include <errno.h>
#include <poll.h>

/* With this device, to be told of an event is to consume it. */
static int consume(int fd, int timeout)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    int ready = poll(&pollfd, 1, timeout);

    if (ready > 0 && !(pollfd.revents & POLLIN)) {
        errno = pollfd.revents & POLLNVAL ? EBADF : EIO;
        return -1;
    }
    return ready;
}

int consumes_event_wait(int fd)
{
    return consume(fd, -1);
}

int consumes_event_poll(int fd)
{
    return consume(fd, 0);
}
