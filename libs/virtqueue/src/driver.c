/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's end. The table of descriptors lies where the device can write, so it is only ever
 * written here; what it should say is in `slots`.
 */
#include <virtqueue.h>

#include <stdbool.h>
#include <stdlib.h>

struct virtqueue_slot {
    uint64_t addr;
    uint32_t len;
    uint16_t flags;
    uint16_t next;   /* in the chain, or among the free ones; queue_len: none */
    bool given;      /* the first of a chain that the device has */
    bool collecting; /* of a chain that came back and is being gathered */
};

void virtqueue_init_driver(virtqueue_driver_t *vq, unsigned queue_len, vq_vring_avail_t *avail_ring,
                           vq_vring_used_t *used_ring, vq_vring_desc_t *desc, void (*notify)(void),
                           void *cookie)
{
    *vq = (virtqueue_driver_t){
        .notify = notify,
        .cookie = cookie,
        .avail_ring = avail_ring,
        .used_ring = used_ring,
        .desc_table = desc,
    };
    if (queue_len == 0 || queue_len > VIRTQUEUE_MAX_LENGTH)
        return;
    vq->slots = calloc(queue_len, sizeof(*vq->slots));
    if (!vq->slots)
        return;
    vq->queue_len = queue_len;
    for (unsigned i = 0; i < queue_len; i++)
        vq->slots[i].next = (uint16_t)(i + 1);
}

static void publish(const virtqueue_driver_t *vq, unsigned index)
{
    const struct virtqueue_slot *slot = &vq->slots[index];
    struct vq_vring_desc *desc = &vq->desc_table[index];
    __atomic_store_n(&desc->addr, slot->addr, __ATOMIC_RELAXED);
    __atomic_store_n(&desc->len, slot->len, __ATOMIC_RELAXED);
    __atomic_store_n(&desc->flags, slot->flags, __ATOMIC_RELAXED);
    __atomic_store_n(&desc->next, slot->next, __ATOMIC_RELEASE);
}

int virtqueue_chain_buf(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, void *buf,
                        unsigned len, vq_flags_t flag)
{
    unsigned index = vq->free_desc_head;
    if (index >= vq->queue_len)
        return 0;
    struct virtqueue_slot *slot = &vq->slots[index];
    vq->free_desc_head = slot->next;
    *slot = (struct virtqueue_slot){.addr = (uintptr_t)buf,
                                    .len = len,
                                    .flags = (uint16_t)flag,
                                    .next = (uint16_t)vq->queue_len};
    publish(vq, index);
    if (chain->first < vq->queue_len) {
        vq->slots[chain->cur].next = (uint16_t)index;
        publish(vq, chain->cur);
    } else {
        chain->first = index;
    }
    chain->cur = index;
    return 1;
}

void virtqueue_offer(virtqueue_driver_t *vq, const virtqueue_ring_object_t *chain)
{
    uint16_t place = vq->avail_idx & (vq->queue_len - 1);
    vq->slots[chain->first].given = true;
    __atomic_store_n(&vq->avail_ring->ring[place].id, (uint16_t)chain->first, __ATOMIC_RELAXED);
    __atomic_store_n(&vq->avail_ring->idx, ++vq->avail_idx, __ATOMIC_RELEASE);
}

int virtqueue_add_available_buf(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, void *buf,
                                unsigned len, vq_flags_t flag)
{
    bool begins = chain->first >= vq->queue_len;
    if (!virtqueue_chain_buf(vq, chain, buf, len, flag))
        return 0;
    if (begins)
        virtqueue_offer(vq, chain);
    return 1;
}

/* Entries that wait; more than fit in is nonsense, and counts as none. */
static unsigned waiting(const virtqueue_driver_t *vq)
{
    if (vq->queue_len == 0)
        return 0;
    uint16_t idx = __atomic_load_n(&vq->used_ring->idx, __ATOMIC_ACQUIRE);
    unsigned count = (uint16_t)(idx - vq->u_ring_last_seen);
    return count <= vq->queue_len ? count : 0;
}

int virtqueue_driver_poll(const virtqueue_driver_t *vq)
{
    return waiting(vq) != 0;
}

/* Marks the chain as come back; the bytes in its buffers. */
static uint64_t take_back(virtqueue_driver_t *vq, unsigned first)
{
    uint64_t total = 0;
    vq->slots[first].given = false;
    for (unsigned i = first; i < vq->queue_len; i = vq->slots[i].next) {
        vq->slots[i].collecting = true;
        total += vq->slots[i].len;
    }
    return total;
}

void virtqueue_withdraw(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain)
{
    chain->cur = chain->first;
    if (chain->first < vq->queue_len)
        take_back(vq, chain->first);
}

int virtqueue_get_used_buf(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, uint32_t *len)
{
    for (unsigned count = waiting(vq); count; count--) {
        uint16_t place = vq->u_ring_last_seen++ & (vq->queue_len - 1);
        const struct vq_vring_used_elem *entry = &vq->used_ring->ring[place];
        uint32_t id = __atomic_load_n(&entry->id, __ATOMIC_RELAXED);
        uint32_t written = __atomic_load_n(&entry->len, __ATOMIC_RELAXED);
        if (id >= vq->queue_len || !vq->slots[id].given)
            continue; /* the device does not have that */
        uint64_t total = take_back(vq, id);
        *chain = (virtqueue_ring_object_t){.cur = id, .first = id};
        *len = written < total ? written : (uint32_t)total;
        return 1;
    }
    return 0;
}

int virtqueue_gather_used(virtqueue_driver_t *vq, virtqueue_ring_object_t *chain, void **buf,
                          unsigned *len, vq_flags_t *flag)
{
    unsigned index = chain->cur;
    if (index >= vq->queue_len || !vq->slots[index].collecting)
        return 0;
    struct virtqueue_slot *slot = &vq->slots[index];
    *buf = (void *)(uintptr_t)slot->addr;
    *len = slot->len;
    *flag = (vq_flags_t)slot->flags;
    chain->cur = slot->next;
    chain->seen++;
    slot->collecting = false;
    slot->next = (uint16_t)vq->free_desc_head;
    vq->free_desc_head = index;
    return 1;
}
