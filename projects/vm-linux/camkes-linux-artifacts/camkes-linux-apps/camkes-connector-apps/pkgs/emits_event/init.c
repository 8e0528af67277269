/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the nodes of the events that the guest emits: the nth name is event n. */
#include "device.h"

#include <errno.h>
#include <error.h>
#include <stdio.h>

int main(int argc, char *argv[])
{
    unsigned int major = device_get_major("emits_event");

    if (argc < 2)
        error(2, 0, "usage: emits_event_init NODE...");
    if (major == NO_MAJOR)
        error(1, 0, "there is no device \"emits_event\": load the kernel module, emits_event.ko");
    for (int i = 1; i < argc; i++) {
        printf("Creating emitting event node %s\n", argv[i]);
        if (device_create_node(argv[i], major, (unsigned int)i) != 0)
            error(1, errno, "%s", argv[i]);
    }
    return 0;
}
