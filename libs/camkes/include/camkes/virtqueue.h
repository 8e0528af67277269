/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtqueues over a seL4VirtQueues connection: which end is which comes from the description, the
 * memory of `<if>_shmem_size` bytes is divided here: tables and rings of `queue_length` entries (of
 * the connection; fewer where they do not fit), the rest blocks for the driver to hand out. Notify
 * the other end with vq->notify().
 *
 * Functions return 0, or -1: no such queue, no room, nothing (more) there.
 */
#pragma once

#include <inttypes.h>
#include <stddef.h>
#include <sel4/sel4.h>
#include <virtqueue.h>

#define MAX_CAMKES_VIRTQUEUE_ID 100
/* Of a block, in bytes. */
#define CAMKES_VIRTQUEUE_BLOCK  128u

/* The instance's queues. */
int camkes_virtqueue_channel_num(void);
#define num_registered_virtqueue_channels camkes_virtqueue_channel_num()
/* `<if>_id`, or what was chosen where that is not set. */
int camkes_virtqueue_get_id_from_name(const char *interface_name);

/* Each end opens its queue once. Events of the other end arrive at the global notification. */
int camkes_virtqueue_driver_init_with_recv(virtqueue_driver_t *driver, unsigned int id,
                                           seL4_CPtr *recv_notification, seL4_CPtr *recv_badge);
int camkes_virtqueue_device_init_with_recv(virtqueue_device_t *device, unsigned int id,
                                           seL4_CPtr *recv_notification, seL4_CPtr *recv_badge);

static inline int camkes_virtqueue_driver_init(virtqueue_driver_t *driver, unsigned int id)
{
    return camkes_virtqueue_driver_init_with_recv(driver, id, NULL, NULL);
}

static inline int camkes_virtqueue_device_init(virtqueue_device_t *device, unsigned int id)
{
    return camkes_virtqueue_device_init_with_recv(device, id, NULL, NULL);
}

/*
 * A block of the shared memory, for at most CAMKES_VIRTQUEUE_BLOCK bytes. What is no block of the
 * queue's, or free already, is not freed.
 */
int camkes_virtqueue_buffer_alloc(virtqueue_driver_t *vq, void **buffer, size_t size);
void camkes_virtqueue_buffer_free(virtqueue_driver_t *vq, void *buffer);

/* Where an offset is in this end's memory; NULL: it is outside. */
void *camkes_virtqueue_device_offset_to_buffer(virtqueue_device_t *vq, uintptr_t offset);
void *camkes_virtqueue_driver_offset_to_buffer(virtqueue_driver_t *vq, uintptr_t offset);

/* Makes one buffer available, which is in the shared memory. */
int camkes_virtqueue_driver_send_buffer(virtqueue_driver_t *vq, void *buffer, size_t size);
/* The same with a copy of any buffer, in as many blocks as it takes; NULL: room to be written. */
int camkes_virtqueue_driver_scatter_send_buffer(virtqueue_driver_t *vq, void *buffer, size_t size);

/* The next buffer of a chain. */
int camkes_virtqueue_driver_gather_buffer(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain,
                                          void **buffer, unsigned *size, vq_flags_t *flag);
int camkes_virtqueue_device_gather_buffer(virtqueue_device_t *vq, virtqueue_ring_object_t *chain,
                                          void **buffer, unsigned *size, vq_flags_t *flag);
/* All of a used chain into one buffer of so many bytes; its blocks are freed. */
int camkes_virtqueue_driver_gather_copy_buffer(virtqueue_driver_t *vq,
                                               virtqueue_ring_object_t *chain, void *buffer,
                                               size_t size);
/* Between an available chain and one buffer; the chain goes back to the driver. */
int camkes_virtqueue_device_scatter_copy_buffer(virtqueue_device_t *vq,
                                                virtqueue_ring_object_t *chain, void *buffer,
                                                size_t size);
int camkes_virtqueue_device_gather_copy_buffer(virtqueue_device_t *vq,
                                               virtqueue_ring_object_t *chain, void *buffer,
                                               size_t size);
