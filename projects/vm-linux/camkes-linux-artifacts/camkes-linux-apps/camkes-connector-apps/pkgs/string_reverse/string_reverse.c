/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has the component StringReverse reverse its arguments, or each line of its input. The guest is
 * connected with it by four connections of 2018, or by two PCI functions: one has the event `ready`
 * and the dataport `src`, the other one `done` and `dest`.
 */
#include "consumes_event.h"
#include "dataport.h"
#include "emits_event.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

enum node { READY, SRC, DONE, DEST, NODES };

static const char *const nodes_of_2018[NODES] = {
    [READY] = "/dev/camkes_reverse_ready",
    [SRC] = "/dev/camkes_reverse_src",
    [DONE] = "/dev/camkes_reverse_done",
    [DEST] = "/dev/camkes_reverse_dest",
};

static const char *const nodes_of_pci[NODES] = {
    [READY] = "/dev/uio0",
    [SRC] = "/dev/uio0",
    [DONE] = "/dev/uio1",
    [DEST] = "/dev/uio1",
};

struct reverser {
    int ready; /* we emit: a string is in src */
    int done;  /* we consume: it is in dest, reversed */
    char *src;
    const char *dest;
    size_t size; /* of both */
};

static int open_node(const char *node)
{
    int fd = open(node, O_RDWR);

    if (fd < 0)
        error(1, errno, "%s", node);
    return fd;
}

static char *map_node(const char *node, size_t *size)
{
    int fd = open_node(node);
    char *data = dataport_mmap(fd);

    if (data == MAP_FAILED)
        error(1, errno, "%s", node);
    *size = (size_t)dataport_get_size(fd);
    return data;
}

static void reverse(const struct reverser *reverser, const char *string)
{
    if (strlen(string) >= reverser->size)
        error(1, 0, "a string of %zu bytes is longer than the dataport's %zu", strlen(string),
              reverser->size);
    memcpy(reverser->src, string, strlen(string) + 1);
    if (emits_event_emit(reverser->ready) < 0 || consumes_event_wait(reverser->done) < 0)
        error(1, errno, "the event");
    printf("%.*s\n", (int)strnlen(reverser->dest, reverser->size), reverser->dest);
    fflush(stdout);
}

int main(int argc, char *argv[])
{
    const char *const *nodes = nodes_of_2018;
    struct reverser reverser;
    size_t dest_size;
    char *line = NULL;
    size_t room = 0;

    if (access(nodes[READY], F_OK) != 0 && access(nodes_of_pci[READY], F_OK) == 0)
        nodes = nodes_of_pci;
    reverser.ready = open_node(nodes[READY]);
    reverser.done = open_node(nodes[DONE]);
    reverser.src = map_node(nodes[SRC], &reverser.size);
    reverser.dest = map_node(nodes[DEST], &dest_size);
    if (dest_size < reverser.size)
        reverser.size = dest_size;
    for (int i = 1; i < argc; i++)
        reverse(&reverser, argv[i]);
    while (argc == 1 && getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        reverse(&reverser, line);
    }
    free(line);
    return 0;
}
