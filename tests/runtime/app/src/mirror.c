/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device's end of a virtqueue: sends each message back in the same buffers, reversed. A message
 * of one byte is answered with how often `woken` was emitted. Everything happens in callbacks, as
 * apps elsewhere write them, with a badge and without.
 */
#include <camkes.h>
#include <camkes/virtqueue.h>

static virtqueue_device_t queue;
static char wakes;

void post_init(void)
{
    int id = camkes_virtqueue_get_id_from_name("post");
    if (id < 0 || camkes_virtqueue_device_init(&queue, (unsigned)id))
        camkes_stop("no queue");
}

void post_came_callback(void);
void woken_callback(seL4_Word badge);

void post_came_callback(void)
{
    virtqueue_ring_object_t chain;
    char text[1000];
    if (!VQ_DEV_POLL(&queue) || !virtqueue_get_available_buf(&queue, &chain))
        return;
    size_t size = virtqueue_scattered_available_size(&queue, &chain);
    virtqueue_ring_object_t again = chain;
    for (size_t i = 0; i < size;) {
        void *part;
        unsigned length;
        vq_flags_t flag;
        if (camkes_virtqueue_device_gather_buffer(&queue, &chain, &part, &length, &flag))
            break;
        for (unsigned j = 0; j < length; j++)
            text[size - 1 - i++] = ((char *)part)[j];
    }
    if (size == 1)
        text[0] = wakes;
    camkes_virtqueue_device_scatter_copy_buffer(&queue, &again, text, size);
    queue.notify();
}

void woken_callback(seL4_Word badge)
{
    wakes += (badge & woken_notification_badge()) == woken_notification_badge();
}
