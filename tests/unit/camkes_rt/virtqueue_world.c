/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtqueue_world.h"

#include <stdlib.h>

const struct camkes_instance camkes_instance = {.name = "test"};
extern const struct camkes_connector camkes_connector_virt_queues;

struct queue queues[MAX_QUEUES];
unsigned queue_count;

static void notify_device(void)
{
    camkes_virtqueue_notify(&queues[0].ends[0]);
}

static void notify_driver(void)
{
    camkes_virtqueue_notify(&queues[0].ends[1]);
}

struct queue *add_queue(size_t size, unsigned length, int id)
{
    assert_true(queue_count < MAX_QUEUES);
    struct queue *q = &queues[queue_count];
    q->region = (struct camkes_region){.role = "buffer", .vaddr = calloc(1, size), .size = size};
    q->params[0] = (struct camkes_param){.name = "queue_length", .number = length};
    q->params[1] = (struct camkes_param){.name = "id", .number = id};
    for (int side = 0; side < 2; side++) {
        q->name[side][0] = side ? 'v' : 'd';
        q->name[side][1] = (char)('a' + queue_count);
        q->caps[side][0] = (struct camkes_cap){"device", side ? DEVICE_WAITS : TO_DEVICE, 1, ""};
        q->caps[side][1] = (struct camkes_cap){"driver", side ? TO_DRIVER : DRIVER_WAITS, 2, ""};
        q->ends[side] = (struct camkes_end){
            .interface = q->name[side],
            .connector = &camkes_connector_virt_queues,
            .side = side ? CAMKES_TO : CAMKES_FROM,
            .caps = q->caps[side],
            .cap_count = 2,
            .regions = &q->region,
            .region_count = 1,
            .params = q->params,
            .param_count = id < 0 ? 1 : 2,
            .state = &q->states[side],
        };
        camkes_virtqueue_register(&q->ends[side], side ? notify_driver : notify_device);
    }
    queue_count++;
    return q;
}

struct queue *open_queue(size_t size, unsigned length)
{
    int id = 2 * (int)queue_count;
    struct queue *q = add_queue(size, length, id);
    assert_int_equal(camkes_virtqueue_driver_init(&q->driver, (unsigned)id), 0);
    assert_int_equal(camkes_virtqueue_device_init(&q->device, (unsigned)id), 0);
    return q;
}

void world_set_up(void)
{
    fake_ipc_reset();
    stub_enter(0);
    fake_ipc_cap(TO_DEVICE, 20, 1);
    fake_ipc_cap(DEVICE_WAITS, 20, 0);
    fake_ipc_cap(TO_DRIVER, 21, 2);
    fake_ipc_cap(DRIVER_WAITS, 21, 0);
}

void world_tear_down(void)
{
    for (unsigned i = 0; i < queue_count; i++)
        free(queues[i].region.vaddr);
}

/* --- Anything --- */

static void scribble(struct queue *q, uint64_t (*number)(unsigned bytes))
{
    size_t tables = q->region.size - q->device.data_size;

    switch (number(1) % 3) {
    case 0:
        ((uint8_t *)q->region.vaddr)[number(2) % tables] = (uint8_t)number(1);
        break;
    case 1: /* an index that is nearly right */
        q->device.avail_ring->idx = (uint16_t)(q->device.a_ring_last_seen + number(1) % 20);
        q->driver.used_ring->idx = (uint16_t)(q->driver.u_ring_last_seen + number(1) % 20);
        break;
    default: /* a descriptor that is nearly right */
        q->device.desc_table[number(1) % q->device.queue_len] =
            (struct vq_vring_desc){.addr = number(2) % q->region.size,
                                   .len = (uint32_t)(number(2) % q->region.size),
                                   .next = (uint16_t)(number(1) % 70)};
    }
}

/* What the device is asked for, or what fits in `most` bytes. */
static void device_step(virtqueue_device_t *device, bool writes, size_t most)
{
    static char bytes[70000];
    virtqueue_ring_object_t chain;
    uint32_t asked;

    if (!virtqueue_get_available_buf(device, &chain))
        return;
    asked = virtqueue_scattered_available_size(device, &chain);
    assert_true(asked <= device->data_size);
    assert_true(most <= sizeof(bytes));
    if (writes)
        camkes_virtqueue_device_scatter_copy_buffer(device, &chain, bytes, most);
    else
        camkes_virtqueue_device_gather_copy_buffer(device, &chain, bytes, most ?: asked);
}

static void driver_step(struct queue *q)
{
    virtqueue_ring_object_t chain;
    uint32_t length;
    unsigned bytes;
    void *buffer;
    vq_flags_t flag;

    if (!virtqueue_get_used_buf(&q->driver, &chain, &length))
        return;
    assert_true(length <= q->region.size);
    while (camkes_virtqueue_driver_gather_buffer(&q->driver, &chain, &buffer, &bytes, &flag) == 0) {
        memset(buffer, 0, bytes);
        camkes_virtqueue_buffer_free(&q->driver, buffer);
    }
}

void world_step(struct queue *q, uint64_t (*number)(unsigned bytes))
{
    static char text[1500];

    switch (number(1) % 8) {
    case 0:
    case 1:
    case 2:
        scribble(q, number);
        break;
    case 3:
    case 4:
        camkes_virtqueue_driver_scatter_send_buffer(&q->driver, text, number(2) % sizeof(text));
        break;
    case 5:
        device_step(&q->device, false, number(1) % 2 ? 0 : 70000);
        break;
    case 6:
        device_step(&q->device, true, number(2) % 3000);
        break;
    default:
        driver_step(q);
    }
}
