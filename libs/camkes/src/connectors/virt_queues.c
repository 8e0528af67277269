/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4VirtQueues
 * Queues between two components (virtqueue.h). The description pairs the ends: the one with side
 * CAMKES_FROM is the driver. Roles: "buffer", their memory; "driver" and "device", the global
 * notification of the instance that has this end; "driver_callback" and "device_callback", what
 * wakes its callbacks (seL4GlobalAsynchCallback). The end without any of them belongs to the
 * component that the ends of the description meet in.
 */
#include "../camkes_private.h"

#include <base/bits.h>
#include <camkes/virtqueue.h>
#include <camkes/virtqueue_ends.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct channel {
    const struct camkes_end *end;
    void (*notify)(void);
    seL4_CPtr peer, peer_callback;
    bool open;
};

static struct channel channels[MAX_CAMKES_VIRTQUEUE_ID + 1];
static unsigned channel_count;

/* A driver's blocks. */
struct blocks {
    uint8_t *data;
    size_t size;
    unsigned count, free_count;
    uint16_t *free; /* the numbers of those that are free */
    bool *taken;
};

static seL4_CPtr cap_of(const struct camkes_end *end, const char *role)
{
    const struct camkes_cap *cap = camkes_end_cap(end, role, 0);
    return cap ? cap->cptr : 0;
}

/* --- who is there --- */

void camkes_virtqueue_register(const struct camkes_end *end, void (*notify)(void))
{
    bool driver = end->side == CAMKES_FROM;
    if (!camkes_end_region(end, "buffer", 0) || channel_count == ARRAY_SIZE(channels))
        return;
    struct channel *channel = &channels[channel_count++];
    *channel = (struct channel){
        .end = end,
        .notify = notify,
        .peer = cap_of(end, driver ? "device" : "driver"),
        .peer_callback = cap_of(end, driver ? "device_callback" : "driver_callback"),
    };
    *end->state = channel;
}

void camkes_virtqueue_notify(const struct camkes_end *end)
{
    const struct channel *channel = *end->state;
    if (!channel)
        return;
    seL4_Signal(channel->peer);
    seL4_Signal(channel->peer_callback);
}

seL4_CPtr camkes_virtqueue_notification(const struct camkes_end *end)
{
    return cap_of(end, end->side == CAMKES_FROM ? "driver" : "device");
}

seL4_Word camkes_virtqueue_badge(const struct camkes_end *end)
{
    const struct camkes_cap *cap =
        camkes_end_cap(end, end->side == CAMKES_FROM ? "driver" : "device", 0);
    return cap ? cap->badge : 0;
}

int camkes_virtqueue_channel_num(void)
{
    return (int)channel_count;
}

/* The id that the description gives; -1: none. */
static int64_t given_id(const struct channel *channel)
{
    const struct camkes_param *id = camkes_end_param(channel->end, "id");
    return id && !id->string && id->number >= 0 ? id->number : -1;
}

static bool is_given(int64_t id)
{
    for (unsigned i = 0; i < channel_count; i++)
        if (given_id(&channels[i]) == id)
            return true;
    return false;
}

/* Those without an id get the ones that are left, in order. */
static int64_t id_of(const struct channel *wanted)
{
    int64_t id = given_id(wanted), next = 0;
    for (const struct channel *channel = channels; id < 0; channel++) {
        if (given_id(channel) >= 0)
            continue;
        while (is_given(next))
            next++;
        if (channel == wanted)
            id = next;
        next++;
    }
    return id;
}

int camkes_virtqueue_get_id_from_name(const char *interface_name)
{
    for (unsigned i = 0; i < channel_count; i++)
        if (strcmp(channels[i].end->interface, interface_name) == 0)
            return (int)id_of(&channels[i]);
    return -1;
}

/* --- how the memory is divided --- */

struct division {
    unsigned queue_len;
    struct vq_vring_desc *desc;
    struct vq_vring_avail *avail;
    struct vq_vring_used *used;
    uint8_t *data;
    size_t data_size;
};

static size_t table_bytes(unsigned length)
{
    size_t avail = sizeof(struct vq_vring_avail) + length * sizeof(struct vq_vring_avail_elem);
    size_t used = sizeof(struct vq_vring_used) + length * sizeof(struct vq_vring_used_elem);
    return length * sizeof(struct vq_vring_desc) + ROUND_UP(avail, 8) + ROUND_UP(used, 64);
}

static int divide(const struct camkes_end *end, struct division *d)
{
    const struct camkes_region *region = camkes_end_region(end, "buffer", 0);
    const struct camkes_param *length = camkes_end_param(end, "queue_length");
    int64_t wanted = length && !length->string ? length->number : 256;
    if (!region || !region->vaddr)
        return -1;
    d->queue_len = 1;
    while (d->queue_len * 2 <= wanted && d->queue_len < VIRTQUEUE_MAX_LENGTH &&
           table_bytes(d->queue_len * 2) + CAMKES_VIRTQUEUE_BLOCK <= region->size)
        d->queue_len *= 2;
    size_t avail = sizeof(*d->avail) + d->queue_len * sizeof(d->avail->ring[0]);
    d->desc = region->vaddr;
    d->avail = (struct vq_vring_avail *)(d->desc + d->queue_len);
    d->used = (struct vq_vring_used *)((uint8_t *)d->avail + ROUND_UP(avail, 8));
    d->data = (uint8_t *)region->vaddr + table_bytes(d->queue_len);
    d->data_size = region->size - table_bytes(d->queue_len);
    return 0;
}

/* The channel of that id and role; it is open from here on. */
static struct channel *open_channel(unsigned id, enum camkes_side side, struct division *d,
                                    seL4_CPtr *notification, seL4_CPtr *badge)
{
    for (unsigned i = 0; i < channel_count; i++) {
        struct channel *channel = &channels[i];
        if (id_of(channel) != id || channel->end->side != side)
            continue;
        if (channel->open || divide(channel->end, d))
            return NULL;
        channel->open = true;
        if (notification)
            *notification = camkes_virtqueue_notification(channel->end);
        if (badge)
            *badge = camkes_virtqueue_badge(channel->end);
        return channel;
    }
    return NULL;
}

static struct blocks *make_blocks(const struct division *d)
{
    unsigned count = (unsigned)MIN(d->data_size / CAMKES_VIRTQUEUE_BLOCK, (size_t)UINT16_MAX);
    struct blocks *blocks =
        calloc(1, sizeof(*blocks) + count * (sizeof(*blocks->free) + sizeof(*blocks->taken)));
    if (!blocks)
        return NULL;
    blocks->data = d->data;
    blocks->size = d->data_size;
    blocks->count = blocks->free_count = count;
    blocks->free = (uint16_t *)(blocks + 1);
    blocks->taken = (bool *)(blocks->free + count);
    for (unsigned i = 0; i < count; i++)
        blocks->free[i] = (uint16_t)(count - 1 - i);
    return blocks;
}

int camkes_virtqueue_driver_init_with_recv(virtqueue_driver_t *driver, unsigned int id,
                                           seL4_CPtr *recv_notification, seL4_CPtr *recv_badge)
{
    struct division d;
    struct channel *channel =
        driver ? open_channel(id, CAMKES_FROM, &d, recv_notification, recv_badge) : NULL;
    struct blocks *blocks = channel ? make_blocks(&d) : NULL;
    if (!blocks)
        return -1;
    virtqueue_init_driver(driver, d.queue_len, d.avail, d.used, d.desc, channel->notify, blocks);
    return driver->queue_len ? 0 : -1;
}

int camkes_virtqueue_device_init_with_recv(virtqueue_device_t *device, unsigned int id,
                                           seL4_CPtr *recv_notification, seL4_CPtr *recv_badge)
{
    struct division d;
    struct channel *channel =
        device ? open_channel(id, CAMKES_TO, &d, recv_notification, recv_badge) : NULL;
    if (!channel)
        return -1;
    virtqueue_init_device(device, d.queue_len, d.avail, d.used, d.desc, channel->notify, d.data);
    device->data_size = d.data_size;
    return 0;
}

/* --- buffers --- */

int camkes_virtqueue_buffer_alloc(virtqueue_driver_t *vq, void **buffer, size_t size)
{
    struct blocks *blocks = vq ? vq->cookie : NULL;
    if (!blocks || size > CAMKES_VIRTQUEUE_BLOCK || blocks->free_count == 0)
        return -1;
    unsigned number = blocks->free[--blocks->free_count];
    blocks->taken[number] = true;
    *buffer = blocks->data + (size_t)number * CAMKES_VIRTQUEUE_BLOCK;
    return 0;
}

void camkes_virtqueue_buffer_free(virtqueue_driver_t *vq, void *buffer)
{
    struct blocks *blocks = vq ? vq->cookie : NULL;
    if (!blocks)
        return;
    uintptr_t offset = (uintptr_t)buffer - (uintptr_t)blocks->data;
    size_t number = offset / CAMKES_VIRTQUEUE_BLOCK;
    if (offset % CAMKES_VIRTQUEUE_BLOCK || number >= blocks->count || !blocks->taken[number])
        return;
    blocks->taken[number] = false;
    blocks->free[blocks->free_count++] = (uint16_t)number;
}

void *camkes_virtqueue_device_offset_to_buffer(virtqueue_device_t *vq, uintptr_t offset)
{
    return offset < vq->data_size ? (uint8_t *)vq->cookie + offset : NULL;
}

void *camkes_virtqueue_driver_offset_to_buffer(virtqueue_driver_t *vq, uintptr_t offset)
{
    const struct blocks *blocks = vq->cookie;
    return offset < blocks->size ? blocks->data + offset : NULL;
}

int camkes_virtqueue_driver_send_buffer(virtqueue_driver_t *vq, void *buffer, size_t size)
{
    const struct blocks *blocks = vq->cookie;
    uintptr_t offset = (uintptr_t)buffer - (uintptr_t)blocks->data;
    if (offset >= blocks->size || size > blocks->size - offset)
        return -1;
    virtqueue_ring_object_t chain;
    virtqueue_init_ring_object(&chain);
    return virtqueue_add_available_buf(vq, &chain, (void *)offset, (unsigned)size, VQ_RW) ? 0 : -1;
}

static int chain_block(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, const void *bytes,
                       size_t size)
{
    const struct blocks *blocks = vq->cookie;
    void *block;
    if (camkes_virtqueue_buffer_alloc(vq, &block, size))
        return -1;
    if (bytes)
        memcpy(block, bytes, size);
    void *offset = (void *)((uintptr_t)block - (uintptr_t)blocks->data);
    if (virtqueue_chain_buf(vq, chain, offset, (unsigned)size, VQ_RW))
        return 0;
    camkes_virtqueue_buffer_free(vq, block);
    return -1;
}

int camkes_virtqueue_driver_scatter_send_buffer(virtqueue_driver_t *vq, void *buffer, size_t size)
{
    virtqueue_ring_object_t chain;
    virtqueue_init_ring_object(&chain);
    for (size_t sent = 0; sent < size;) {
        size_t part = MIN(size - sent, CAMKES_VIRTQUEUE_BLOCK);
        if (chain_block(vq, &chain, buffer ? (uint8_t *)buffer + sent : NULL, part)) {
            virtqueue_withdraw(vq, &chain);
            camkes_virtqueue_driver_gather_copy_buffer(vq, &chain, NULL, 0);
            return -1;
        }
        sent += part;
    }
    if (size)
        virtqueue_offer(vq, &chain);
    return 0;
}

int camkes_virtqueue_driver_gather_buffer(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain,
                                          void **buffer, unsigned *size, vq_flags_t *flag)
{
    void *offset;
    if (!virtqueue_gather_used(vq, chain, &offset, size, flag))
        return -1;
    *buffer = camkes_virtqueue_driver_offset_to_buffer(vq, (uintptr_t)offset);
    return *buffer ? 0 : -1;
}

int camkes_virtqueue_device_gather_buffer(virtqueue_device_t *vq, virtqueue_ring_object_t *chain,
                                          void **buffer, unsigned *size, vq_flags_t *flag)
{
    void *offset;
    if (!virtqueue_gather_available(vq, chain, &offset, size, flag))
        return -1;
    *buffer = (uint8_t *)vq->cookie + (uintptr_t)offset;
    return 0;
}

int camkes_virtqueue_driver_gather_copy_buffer(virtqueue_driver_t *vq,
                                               virtqueue_ring_object_t *chain, void *buffer,
                                               size_t size)
{
    void *block;
    unsigned length;
    vq_flags_t flag;
    for (size_t copied = 0;
         camkes_virtqueue_driver_gather_buffer(vq, chain, &block, &length, &flag) == 0;) {
        size_t part = MIN(length, size - copied);
        if (part)
            memcpy((uint8_t *)buffer + copied, block, part);
        copied += part;
        camkes_virtqueue_buffer_free(vq, block);
    }
    return 0;
}

static int device_copy(virtqueue_device_t *vq, virtqueue_ring_object_t *chain, uint8_t *buffer,
                       size_t size, bool into_chain)
{
    size_t copied = 0;
    void *block;
    unsigned length;
    vq_flags_t flag;
    while (copied < size &&
           camkes_virtqueue_device_gather_buffer(vq, chain, &block, &length, &flag) == 0) {
        size_t part = MIN(length, size - copied);
        if (into_chain)
            memcpy(block, buffer + copied, part);
        else
            memcpy(buffer + copied, block, part);
        copied += part;
    }
    virtqueue_add_used_buf(vq, chain, (uint32_t)copied);
    return copied == size ? 0 : -1;
}

int camkes_virtqueue_device_scatter_copy_buffer(virtqueue_device_t *vq,
                                                virtqueue_ring_object_t *chain, void *buffer,
                                                size_t size)
{
    return device_copy(vq, chain, buffer, size, true);
}

int camkes_virtqueue_device_gather_copy_buffer(virtqueue_device_t *vq,
                                               virtqueue_ring_object_t *chain, void *buffer,
                                               size_t size)
{
    return device_copy(vq, chain, buffer, size, false);
}

static int init(const struct camkes_end *end)
{
    (void)end; /* registered before */
    return 0;
}

const struct camkes_connector camkes_connector_virt_queues = {
    .name = "seL4VirtQueues",
    .init = init,
};
