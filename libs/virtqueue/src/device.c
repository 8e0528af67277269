/* SPDX-License-Identifier: BSD-2-Clause */
/* The device's end: takes chains out of the available ring, puts them into the used ring. */
#include <virtqueue.h>

#include <base/bits.h>

/* Entries that wait; more than fit in is nonsense, and counts as none. */
static unsigned waiting(const virtqueue_device_t *vq)
{
    if (vq->queue_len == 0)
        return 0;
    uint16_t idx = __atomic_load_n(&vq->avail_ring->idx, __ATOMIC_ACQUIRE);
    unsigned count = (uint16_t)(idx - vq->a_ring_last_seen);
    return count <= vq->queue_len ? count : 0;
}

void virtqueue_init_device(virtqueue_device_t *vq, unsigned queue_len, vq_vring_avail_t *avail_ring,
                           vq_vring_used_t *used_ring, vq_vring_desc_t *desc, void (*notify)(void),
                           void *cookie)
{
    *vq = (virtqueue_device_t){
        .notify = notify,
        .cookie = cookie,
        .queue_len = queue_len <= VIRTQUEUE_MAX_LENGTH ? queue_len : 0,
        .avail_ring = avail_ring,
        .used_ring = used_ring,
        .desc_table = desc,
    };
}

void virtqueue_init_ring_object(virtqueue_ring_object_t *chain)
{
    *chain = (virtqueue_ring_object_t){.cur = UINT32_MAX, .first = UINT32_MAX};
}

int virtqueue_device_poll(const virtqueue_device_t *vq)
{
    return waiting(vq) != 0;
}

int virtqueue_get_available_buf(virtqueue_device_t *vq, virtqueue_ring_object_t *chain)
{
    for (unsigned count = waiting(vq); count; count--) {
        uint16_t place = vq->a_ring_last_seen++ & (vq->queue_len - 1);
        uint16_t id = __atomic_load_n(&vq->avail_ring->ring[place].id, __ATOMIC_RELAXED);
        *chain = (virtqueue_ring_object_t){.cur = id, .first = id};
        if (id < vq->queue_len)
            return 1;
    }
    return 0;
}

int virtqueue_gather_available(virtqueue_device_t *vq, virtqueue_ring_object_t *chain, void **buf,
                               unsigned *len, vq_flags_t *flag)
{
    /* No chain has more buffers than there are descriptors; one that seems to is a circle. */
    if (chain->cur >= vq->queue_len || chain->seen >= vq->queue_len)
        return 0;
    const struct vq_vring_desc *desc = &vq->desc_table[chain->cur];
    uint64_t addr = __atomic_load_n(&desc->addr, __ATOMIC_RELAXED);
    uint32_t size = __atomic_load_n(&desc->len, __ATOMIC_RELAXED);
    chain->cur = __atomic_load_n(&desc->next, __ATOMIC_RELAXED);
    chain->seen++;
    if (vq->data_size && (addr > vq->data_size || size > vq->data_size - addr)) {
        chain->cur = UINT32_MAX;
        return 0;
    }
    *buf = (void *)(uintptr_t)addr;
    *len = size;
    *flag = (vq_flags_t)MIN(__atomic_load_n(&desc->flags, __ATOMIC_RELAXED), VQ_RW);
    return 1;
}

uint32_t virtqueue_scattered_available_size(virtqueue_device_t *vq, virtqueue_ring_object_t *chain)
{
    virtqueue_ring_object_t rest = {.cur = chain->first, .first = chain->first};
    uint64_t most = vq->data_size ? vq->data_size : UINT32_MAX, total = 0;
    unsigned len;
    vq_flags_t flag;
    void *buf;
    while (virtqueue_gather_available(vq, &rest, &buf, &len, &flag))
        total += len;
    return (uint32_t)MIN(total, MIN(most, UINT32_MAX));
}

int virtqueue_add_used_buf(virtqueue_device_t *vq, virtqueue_ring_object_t *chain, uint32_t len)
{
    if (chain->first >= vq->queue_len)
        return 0;
    struct vq_vring_used_elem *entry = &vq->used_ring->ring[vq->used_idx & (vq->queue_len - 1)];
    __atomic_store_n(&entry->id, chain->first, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->len, len, __ATOMIC_RELAXED);
    __atomic_store_n(&vq->used_ring->idx, ++vq->used_idx, __ATOMIC_RELEASE);
    return 1;
}
