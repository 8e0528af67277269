/* SPDX-License-Identifier: BSD-2-Clause */
#include "emits_event.h"
#include "connector_ioctl.h"

int emits_event_emit(int fd)
{
    return ioctl(fd, EMITS_EVENT_EMIT, 0);
}
