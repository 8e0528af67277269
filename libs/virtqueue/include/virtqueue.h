/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtqueues between two components: the driver owns buffers in memory that both share, makes them
 * available to the device, and gets them back used. Names and meaning are those of the library of
 * the same name for CAmkES; the idea is that of virtio (VIRTIO 1.2, 2.7 "Split Virtqueues"), but
 * the layout is private to the two ends.
 *
 * Each end distrusts the other. What an end has to rely on it keeps to itself (the driver its
 * descriptors, both their own indices), and what the other wrote is read once and checked before it
 * is used: indices, lengths, and the length of a chain. A peer that writes nonsense can lose its
 * own messages, and nothing else.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define VIRTQUEUE_MAX_LENGTH 32768

/* Is there something to fetch: for the device an available buffer, for the driver a used one? */
#define VQ_DEV_POLL(vq) virtqueue_device_poll(vq)
#define VQ_DRV_POLL(vq) virtqueue_driver_poll(vq)

/* What the driver lets the device do with a buffer; nobody enforces it. */
typedef enum vq_flags { VQ_READ = 0, VQ_WRITE, VQ_RW } vq_flags_t;

/* --- in the shared memory; all of it may be 0 at first --- */

typedef struct vq_vring_avail_elem {
    uint16_t id; /* the first descriptor of a chain */
} vq_vring_avail_elem_t;

typedef struct vq_vring_avail {
    uint16_t flags;
    uint16_t idx; /* entries ever written, modulo 2^16 */
    struct vq_vring_avail_elem ring[];
} vq_vring_avail_t;

typedef struct vq_vring_used_elem {
    uint32_t id;
    uint32_t len; /* bytes that the device wrote */
} vq_vring_used_elem_t;

typedef struct vq_vring_used {
    uint16_t flags;
    uint16_t idx; /* entries ever written, modulo 2^16 */
    struct vq_vring_used_elem ring[];
} vq_vring_used_t;

typedef struct vq_vring_desc {
    uint64_t addr; /* offset of the buffer */
    uint32_t len;
    uint16_t flags;
    uint16_t next; /* queue_len or more: none */
} vq_vring_desc_t;

/* --- in each end's own memory --- */

/* A chain of buffers, and the place in it from which virtqueue_gather_…() goes on. */
typedef struct virtqueue_ring_object {
    uint32_t cur;
    uint32_t first;
    uint32_t seen; /* buffers gathered */
} virtqueue_ring_object_t;

typedef struct virtqueue_device {
    void (*notify)(void); /* wakes the driver */
    void *cookie;         /* the user's */
    unsigned queue_len;   /* entries of each ring and of the table, a power of two; 0: no queue */
    size_t data_size;     /* offsets end here; 0: not known, the user checks */
    uint16_t a_ring_last_seen;
    uint16_t used_idx;
    struct vq_vring_avail *avail_ring;
    struct vq_vring_used *used_ring;
    struct vq_vring_desc *desc_table;
} virtqueue_device_t;

typedef struct virtqueue_driver {
    void (*notify)(void); /* wakes the device */
    void *cookie;
    unsigned queue_len;
    unsigned free_desc_head;
    uint16_t u_ring_last_seen;
    uint16_t avail_idx;
    struct vq_vring_avail *avail_ring;
    struct vq_vring_used *used_ring;
    struct vq_vring_desc *desc_table;
    struct virtqueue_slot *slots; /* what the table would say if the device could not write it */
} virtqueue_driver_t;

/*
 * `queue_len` is a power of two up to VIRTQUEUE_MAX_LENGTH, the same at both ends. Without memory
 * for its own descriptors a driver's queue is empty and full for good.
 */
void virtqueue_init_driver(virtqueue_driver_t *vq, unsigned queue_len, vq_vring_avail_t *avail_ring,
                           vq_vring_used_t *used_ring, vq_vring_desc_t *desc, void (*notify)(void),
                           void *cookie);
void virtqueue_init_device(virtqueue_device_t *vq, unsigned queue_len, vq_vring_avail_t *avail_ring,
                           vq_vring_used_t *used_ring, vq_vring_desc_t *desc, void (*notify)(void),
                           void *cookie);

/* A chain of no buffers yet. */
void virtqueue_init_ring_object(virtqueue_ring_object_t *chain);

/* --- driver; functions return 1, or 0 where there is nothing or no room --- */

/*
 * Adds a buffer at the end of the chain; the first one makes it available to the device, which does
 * not know of later ones if it looks before they are there.
 */
int virtqueue_add_available_buf(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, void *buf,
                                unsigned len, vq_flags_t flag);
/* The same in two steps, so that the device sees all or nothing of a chain. */
int virtqueue_chain_buf(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, void *buf,
                        unsigned len, vq_flags_t flag);
void virtqueue_offer(virtqueue_driver_t *vq, const virtqueue_ring_object_t *chain);
/* Not offered after all: its buffers are there for virtqueue_gather_used(). */
void virtqueue_withdraw(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain);
/* The next chain that the device is done with, and how much of it that says to have written. */
int virtqueue_get_used_buf(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, uint32_t *len);
/* The next buffer of it, which is the driver's again. */
int virtqueue_gather_used(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, void **buf,
                          unsigned *len, vq_flags_t *flag);
int virtqueue_driver_poll(const virtqueue_driver_t *vq);

/* --- device --- */

/* The next chain that is available. */
int virtqueue_get_available_buf(virtqueue_device_t *vq, virtqueue_ring_object_t *chain);
/* The next buffer of it: its offset, and its length, both within `data_size`. */
int virtqueue_gather_available(virtqueue_device_t *vq, virtqueue_ring_object_t *chain, void **buf,
                               unsigned *len, vq_flags_t *flag);
/* Bytes in all of its buffers, never more than `data_size`. */
uint32_t virtqueue_scattered_available_size(virtqueue_device_t *vq, virtqueue_ring_object_t *chain);
/* Gives it back, with `len` bytes written. */
int virtqueue_add_used_buf(virtqueue_device_t *vq, virtqueue_ring_object_t *chain, uint32_t len);
int virtqueue_device_poll(const virtqueue_device_t *vq);
