/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the nodes of the guest's dataports and allocates them: the nth pair is dataport n. */
#include "dataport_allocate.h"
#include "device.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void init(const char *node, const char *text, unsigned int major, unsigned int id)
{
    char *end;
    unsigned long size = strtoul(text, &end, 0);
    int fd;

    if (end == text || *end || size == 0)
        error(1, 0, "%s: the size \"%s\" is no number of bytes", node, text);
    printf("Creating dataport node %s\n", node);
    if (device_create_node(node, major, id) != 0)
        error(1, errno, "%s", node);
    fd = open(node, O_RDWR);
    if (fd < 0)
        error(1, errno, "%s", node);
    printf("Allocating %lu bytes for %s\n", size, node);
    fflush(stdout);
    if (dataport_allocate(fd, size) == 0)
        close(fd);
    else if (errno == ENODEV)
        error(1, 0, "%s: this guest's monitor has no dataports", node);
    else if (errno == EINVAL)
        error(1, 0, "%s: this guest's monitor has no dataport %u of %lu bytes (whole pages)", node,
              id, size);
    else
        error(1, errno, "%s", node);
}

int main(int argc, char *argv[])
{
    unsigned int major = device_get_major("dataport");

    if (argc < 3 || argc % 2 == 0)
        error(2, 0, "usage: dataport_init NODE SIZE [NODE SIZE]...");
    if (major == NO_MAJOR)
        error(1, 0, "there is no device \"dataport\": load the kernel module, dataport.ko");
    for (int i = 1; i + 1 < argc; i += 2)
        init(argv[i], argv[i + 1], major, (unsigned int)(i + 1) / 2);
    return 0;
}
