/* SPDX-License-Identifier: BSD-2-Clause */
#include "consumes_event.h"
#include "uio.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

/* With the device of 2018, to be told of an event is to consume it; with UIO's, to read is. */
static int consume(int fd, int timeout)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    int ready = poll(&pollfd, 1, timeout);
    uint32_t count;

    if (ready > 0 && !(pollfd.revents & POLLIN)) {
        errno = pollfd.revents & POLLNVAL ? EBADF : EIO;
        return -1;
    }
    if (ready > 0 && uio_is(fd) && read(fd, &count, sizeof(count)) < 0)
        return -1;
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
