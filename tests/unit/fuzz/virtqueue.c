/* SPDX-License-Identifier: BSD-2-Clause */
/* Both ends of a queue, while somebody scribbles over what they share. */
#include "input.h"
#include "virtqueue_world.h"

#include <malloc.h>
#include <stdlib.h>

/* A queue can be opened once only: each input begins with a copy of what it was then. */
static struct {
    struct queue *q;
    virtqueue_driver_t driver;
    virtqueue_device_t device;
    void *slots, *blocks;
} fresh[2];

static void *copy_of(const void *block)
{
    size_t size = malloc_usable_size((void *)block);

    return memcpy(malloc(size), block, size);
}

static void open_all(void)
{
    world_set_up();
    for (unsigned i = 0; i < ARRAY_SIZE(fresh); i++) {
        struct queue *q = open_queue(i ? 5000 : 8192, i ? 32 : 8);

        fresh[i].q = q;
        fresh[i].driver = q->driver;
        fresh[i].device = q->device;
        fresh[i].slots = copy_of(q->driver.slots);
        fresh[i].blocks = copy_of(q->driver.cookie);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct queue *q;
    unsigned which;

    if (queue_count == 0)
        open_all();
    input_start(bytes, size);
    which = (unsigned)input_number(1) % ARRAY_SIZE(fresh);
    q = fresh[which].q;
    q->driver = fresh[which].driver;
    q->device = fresh[which].device;
    memset(q->region.vaddr, 0, q->region.size);
    memcpy(q->driver.slots, fresh[which].slots, malloc_usable_size(fresh[which].slots));
    memcpy(q->driver.cookie, fresh[which].blocks, malloc_usable_size(fresh[which].blocks));
    while (input_size())
        world_step(q, input_number);
    return 0;
}
