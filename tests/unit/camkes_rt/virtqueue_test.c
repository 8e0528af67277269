/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtqueues: messages go there and back, whole and in order; and a peer that writes whatever it
 * likes into the shared memory, whose size AddressSanitizer knows to the byte.
 */
#include "virtqueue_world.h"

#include <stdlib.h>

static int set_up(void **state)
{
    (void)state;
    world_set_up();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_tear_down();
    return 0;
}

/* --- peers that behave --- */

static void send_and_answer(struct queue *q, size_t size, unsigned seed)
{
    char text[2000], seen[2000], back[2000];
    virtqueue_ring_object_t chain;
    uint32_t length = 0;
    assert_true(size <= sizeof(text));
    for (size_t i = 0; i < size; i++)
        text[i] = (char)(seed + i * 7);
    assert_false(VQ_DEV_POLL(&q->device));
    assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, text, size), 0);
    assert_true(VQ_DEV_POLL(&q->device));
    assert_true(virtqueue_get_available_buf(&q->device, &chain));
    assert_int_equal(virtqueue_scattered_available_size(&q->device, &chain), size);
    assert_false(VQ_DRV_POLL(&q->driver));
    assert_int_equal(camkes_virtqueue_device_gather_copy_buffer(&q->device, &chain, seen, size), 0);
    assert_memory_equal(seen, text, size);
    assert_true(VQ_DRV_POLL(&q->driver));
    assert_true(virtqueue_get_used_buf(&q->driver, &chain, &length));
    assert_int_equal(length, size);
    assert_int_equal(
        camkes_virtqueue_driver_gather_copy_buffer(&q->driver, &chain, back, sizeof(back)), 0);
    assert_memory_equal(back, text, size);
    assert_false(virtqueue_get_used_buf(&q->driver, &chain, &length));
    assert_false(virtqueue_get_available_buf(&q->device, &chain));
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct queue *q = open_queue(8192, 256);
    assert_int_equal(q->driver.queue_len, 256);
    /* More than 2^16, so that indices wrap. */
    for (unsigned i = 0; i < 70000; i++)
        send_and_answer(q, 1 + i % 1280, i);
    assert_int_equal(q->device.used_idx, (uint16_t)70000);
}

/* The device writes, fewer bytes than there is room for. */
static void test_device_writes(void **state)
{
    (void)state;
    struct queue *q = open_queue(8192, 256);
    virtqueue_ring_object_t chain;
    char text[300], back[600] = "";
    uint32_t length;
    memset(text, 'x', sizeof(text));
    assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, NULL, 500), 0);
    assert_true(virtqueue_get_available_buf(&q->device, &chain));
    assert_int_equal(
        camkes_virtqueue_device_scatter_copy_buffer(&q->device, &chain, text, sizeof(text)), 0);
    assert_true(virtqueue_get_used_buf(&q->driver, &chain, &length));
    assert_int_equal(length, sizeof(text));
    assert_int_equal(camkes_virtqueue_driver_gather_copy_buffer(&q->driver, &chain, back, length),
                     0);
    assert_memory_equal(back, text, sizeof(text));
    assert_int_equal(back[300], 0);
    /* And more. */
    assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, NULL, 100), 0);
    assert_true(virtqueue_get_available_buf(&q->device, &chain));
    assert_int_equal(
        camkes_virtqueue_device_scatter_copy_buffer(&q->device, &chain, text, sizeof(text)), -1);
    assert_true(virtqueue_get_used_buf(&q->driver, &chain, &length));
    assert_int_equal(length, 100);
}

/* A queue that is full says so, and loses nothing. */
static void test_full(void **state)
{
    (void)state;
    struct queue *q = open_queue(4096, 8);
    static char all[8192];
    void *block, *blocks[64];
    unsigned count = 0;
    /* Too much for the blocks, and for the descriptors: nothing of it is sent. */
    assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, all, sizeof(all)), -1);
    assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, all, 9 * 128), -1);
    assert_false(VQ_DEV_POLL(&q->device));
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, all, 128), 0);
    assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, all, 1), -1);
    for (unsigned i = 0; i < 8; i++) {
        virtqueue_ring_object_t chain;
        assert_true(virtqueue_get_available_buf(&q->device, &chain));
        assert_true(virtqueue_add_used_buf(&q->device, &chain, i));
    }
    for (unsigned i = 0; i < 8; i++) {
        virtqueue_ring_object_t chain;
        uint32_t length;
        assert_true(virtqueue_get_used_buf(&q->driver, &chain, &length));
        assert_int_equal(length, i);
        camkes_virtqueue_driver_gather_copy_buffer(&q->driver, &chain, NULL, 0);
    }
    while (camkes_virtqueue_buffer_alloc(&q->driver, &block, 128) == 0)
        blocks[count++] = block;
    assert_in_range(count, 28, 31); /* 4096 bytes without the tables of eight */
    assert_int_equal(camkes_virtqueue_buffer_alloc(&q->driver, &block, 129), -1);
    /* What is no block, or free, is not freed. */
    camkes_virtqueue_buffer_free(&q->driver, (char *)blocks[0] + 1);
    camkes_virtqueue_buffer_free(&q->driver, all);
    camkes_virtqueue_buffer_free(&q->driver, NULL);
    assert_int_equal(camkes_virtqueue_buffer_alloc(&q->driver, &block, 1), -1);
    camkes_virtqueue_buffer_free(&q->driver, blocks[0]);
    camkes_virtqueue_buffer_free(&q->driver, blocks[0]);
    assert_int_equal(camkes_virtqueue_buffer_alloc(&q->driver, &block, 1), 0);
    assert_ptr_equal(block, blocks[0]);
    assert_int_equal(camkes_virtqueue_buffer_alloc(&q->driver, &block, 1), -1);
}

static void test_send_buffer(void **state)
{
    (void)state;
    struct queue *q = open_queue(8192, 64);
    virtqueue_ring_object_t chain;
    void *block, *seen;
    unsigned length;
    uint32_t used;
    vq_flags_t flag;
    assert_int_equal(camkes_virtqueue_buffer_alloc(&q->driver, &block, 5), 0);
    memcpy(block, "hello", 5);
    assert_int_equal(camkes_virtqueue_driver_send_buffer(&q->driver, block, 5), 0);
    assert_int_equal(camkes_virtqueue_driver_send_buffer(&q->driver, block, 100000), -1);
    assert_int_equal(camkes_virtqueue_driver_send_buffer(&q->driver, &chain, 4), -1);
    q->driver.notify();
    seL4_Word badge = 0;
    seL4_Poll(queues[0].caps[1][0].cptr, &badge);
    assert_int_equal(badge, 1);
    assert_true(virtqueue_get_available_buf(&q->device, &chain));
    assert_int_equal(
        camkes_virtqueue_device_gather_buffer(&q->device, &chain, &seen, &length, &flag), 0);
    assert_int_equal(length, 5);
    assert_memory_equal(seen, "hello", 5);
    assert_int_equal(flag, VQ_RW);
    assert_int_equal(
        camkes_virtqueue_device_gather_buffer(&q->device, &chain, &seen, &length, &flag), -1);
    virtqueue_add_used_buf(&q->device, &chain, 0);
    q->device.notify();
    seL4_Poll(queues[0].caps[0][1].cptr, &badge);
    assert_int_equal(badge, 2);
    assert_true(virtqueue_get_used_buf(&q->driver, &chain, &used));
    assert_int_equal(
        camkes_virtqueue_driver_gather_buffer(&q->driver, &chain, &seen, &length, &flag), 0);
    assert_ptr_equal(seen, block);
    assert_null(camkes_virtqueue_device_offset_to_buffer(&q->device, 8192));
    assert_null(camkes_virtqueue_driver_offset_to_buffer(&q->driver, 8192));
    assert_ptr_equal(camkes_virtqueue_driver_offset_to_buffer(&q->driver, 128),
                     camkes_virtqueue_device_offset_to_buffer(&q->device, 128));
}

/* Who is found under which number. */
static void test_numbers(void **state)
{
    (void)state;
    virtqueue_driver_t driver;
    virtqueue_device_t device;
    struct queue *q = add_queue(8192, 256, -1); /* driver and device get two numbers */
    int driver_id = camkes_virtqueue_get_id_from_name(q->ends[0].interface);
    int device_id = camkes_virtqueue_get_id_from_name(q->ends[1].interface);
    assert_true(driver_id >= 0 && device_id > driver_id);
    assert_int_equal(camkes_virtqueue_get_id_from_name("nobody"), -1);
    assert_int_equal(camkes_virtqueue_driver_init(&driver, (unsigned)device_id), -1);
    assert_int_equal(camkes_virtqueue_driver_init(&driver, 10000), -1);
    assert_int_equal(camkes_virtqueue_driver_init(NULL, (unsigned)driver_id), -1);
    seL4_CPtr where, badge;
    assert_int_equal(
        camkes_virtqueue_driver_init_with_recv(&q->driver, (unsigned)driver_id, &where, &badge), 0);
    assert_int_equal(where, DRIVER_WAITS);
    assert_int_equal(badge, 2);
    /* Once, since its indices begin anew. */
    assert_int_equal(camkes_virtqueue_driver_init(&driver, (unsigned)driver_id), -1);
    assert_int_equal(camkes_virtqueue_device_init(&device, (unsigned)device_id), 0);
    assert_int_equal(camkes_virtqueue_channel_num(), 2 * queue_count);
    /* A page is little, but enough. */
    assert_true(open_queue(4096, 256)->driver.queue_len >= 16);
    q = open_queue(200, 256);
    assert_int_equal(q->driver.queue_len, q->device.queue_len);
    virtqueue_init_driver(&driver, 0, NULL, NULL, NULL, NULL, NULL);
    virtqueue_ring_object_t chain;
    virtqueue_init_ring_object(&chain);
    assert_int_equal(virtqueue_add_available_buf(&driver, &chain, NULL, 1, VQ_READ), 0);
    assert_int_equal(VQ_DRV_POLL(&driver), 0);
}

/* --- peers that do not --- */

static void test_hostile_driver(void **state)
{
    (void)state;
    struct queue *q = open_queue(8192, 16);
    struct vq_vring_desc *desc = q->device.desc_table;
    virtqueue_ring_object_t chain;
    static char seen[100000];
    void *buffer;
    unsigned length, count;
    vq_flags_t flag;
    /* More entries than there are. */
    q->device.avail_ring->idx = 17;
    assert_false(VQ_DEV_POLL(&q->device));
    assert_false(virtqueue_get_available_buf(&q->device, &chain));
    /* Descriptors that do not exist are passed over. */
    for (unsigned i = 0; i < 16; i++)
        q->device.avail_ring->ring[i].id = (uint16_t)(i == 3 ? 0 : 16 + i);
    q->device.avail_ring->idx = 16;
    /* A circle ends, and is never said to be longer than the memory. */
    desc[0] = (struct vq_vring_desc){.addr = 0, .len = (uint32_t)q->device.data_size, .next = 0};
    assert_true(virtqueue_get_available_buf(&q->device, &chain));
    assert_int_equal(virtqueue_scattered_available_size(&q->device, &chain), q->device.data_size);
    for (count = 0; virtqueue_gather_available(&q->device, &chain, &buffer, &length, &flag);)
        count++;
    assert_int_equal(count, 16);
    assert_false(virtqueue_get_available_buf(&q->device, &chain));
    /* Buffers outside the memory. */
    const struct vq_vring_desc outside[] = {
        {.addr = q->device.data_size, .len = 1, .next = 16},
        {.addr = q->device.data_size - 10, .len = 11, .next = 16},
        {.addr = UINT64_MAX, .len = 2, .next = 16},
        {.addr = UINT64_MAX - 8191, .len = 8192, .next = 16},
        {.addr = 8, .len = UINT32_MAX, .next = 16},
    };
    for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
        desc[5] = outside[i];
        q->device.avail_ring->ring[q->device.avail_ring->idx++ % 16].id = 5;
        assert_true(virtqueue_get_available_buf(&q->device, &chain));
        assert_int_equal(virtqueue_scattered_available_size(&q->device, &chain), 0);
        assert_int_equal(
            camkes_virtqueue_device_gather_copy_buffer(&q->device, &chain, seen, sizeof(seen)), -1);
    }
}

static void test_hostile_device(void **state)
{
    (void)state;
    struct queue *q = open_queue(8192, 16);
    struct vq_vring_used *used = q->driver.used_ring;
    virtqueue_ring_object_t chain;
    uint32_t length;
    char text[300], back[1000];
    memset(text, 'a', sizeof(text));
    used->idx = 40;
    assert_false(VQ_DRV_POLL(&q->driver));
    used->idx = 16; /* sixteen times descriptor 0, which nobody was given */
    assert_false(virtqueue_get_used_buf(&q->driver, &chain, &length));
    /* A chain that comes back twice, with more written than it holds, and bent by the device. */
    assert_int_equal(camkes_virtqueue_driver_scatter_send_buffer(&q->driver, text, sizeof(text)),
                     0);
    uint16_t first = q->driver.avail_ring->ring[0].id;
    for (unsigned i = 0; i < 16; i++)
        q->driver.desc_table[i] =
            (struct vq_vring_desc){.addr = UINT64_MAX - i, .len = UINT32_MAX, .next = first};
    used->ring[0] = used->ring[1] = (struct vq_vring_used_elem){.id = first, .len = UINT32_MAX};
    used->ring[2] = (struct vq_vring_used_elem){.id = 1000, .len = 1};
    used->idx = 19;
    assert_true(virtqueue_get_used_buf(&q->driver, &chain, &length));
    assert_int_equal(length, sizeof(text));
    assert_int_equal(camkes_virtqueue_driver_gather_copy_buffer(&q->driver, &chain, back, length),
                     0);
    assert_memory_equal(back, text, sizeof(text));
    assert_false(virtqueue_get_used_buf(&q->driver, &chain, &length));
    /* A second walk over what was gathered gives nothing. */
    chain.cur = first;
    void *buffer;
    unsigned size;
    vq_flags_t flag;
    assert_false(virtqueue_gather_used(&q->driver, &chain, &buffer, &size, &flag));
}

static uint64_t random_number(unsigned bytes)
{
    (void)bytes;
    return (uint64_t)rand();
}

/* Both ends work, while somebody scribbles over all that is shared. */
static void test_fuzz(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 6; round++) {
        struct queue *q = open_queue(round % 2 ? 8192 : 5000, 1u << (round + 2));
        srand(round);
        for (unsigned step = 0; step < 40000; step++)
            world_step(q, random_number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_device_writes),
        cmocka_unit_test(test_full),           cmocka_unit_test(test_send_buffer),
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_hostile_driver),
        cmocka_unit_test(test_hostile_device), cmocka_unit_test(test_fuzz),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
