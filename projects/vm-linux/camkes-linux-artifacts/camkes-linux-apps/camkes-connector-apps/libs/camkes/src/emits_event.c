/* SPDX-License-Identifier: BSD-2-Clause */
#include "emits_event.h"
#include "connector_ioctl.h"
#include "uio.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

int emits_event_emit(int fd)
{
    const int32_t event = 1;
    int error = ioctl(fd, EMITS_EVENT_EMIT, 0);

    if (error && errno == ENOTTY && uio_is(fd))
        error = write(fd, &event, sizeof(event)) == sizeof(event) ? 0 : -1;
    return error;
}
