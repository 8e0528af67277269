/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4MessageQueue
 * Messages of any size that fits, from one sender to one receiver, in memory that both share: a
 * ring of records (a length, the bytes, rounded up to eight). Each side keeps its own position to
 * itself and only publishes it; what the other publishes is checked before it is used.
 */
#include "../camkes_private.h"

#include <base/bits.h>
#include <camkes/msgqueue.h>
#include <errno.h>
#include <string.h>

struct ring {
    uint32_t head, tail; /* bytes that were ever written, and read; modulo 2^32 */
    uint8_t bytes[];
};

const struct camkes_connector camkes_connector_message_queue;

static const struct camkes_end *find(int id, enum camkes_side side)
{
    for (unsigned i = 0; i < camkes_instance.end_count; i++) {
        const struct camkes_end *end = camkes_instance.ends[i];
        const struct camkes_param *param = camkes_end_param(end, "id");
        if (end->connector == &camkes_connector_message_queue && end->side == side && param &&
            !param->string && param->number == id)
            return end;
    }
    return NULL;
}

static int open_queue(int id, enum camkes_side side, struct camkes_msgqueue *queue)
{
    const struct camkes_end *end = find(id, side);
    const struct camkes_region *region = end ? camkes_end_region(end, NULL, 0) : NULL;
    const struct camkes_cap *cap = end ? camkes_end_cap(end, "notification", 0) : NULL;
    if (!region || !region->vaddr || !cap)
        return -1;
    /* A power of two, so that positions may wrap. */
    uint32_t capacity = 8;
    while (2 * (size_t)capacity + sizeof(struct ring) <=
           (region->frame_count << region->frame_bits))
        capacity *= 2;
    *queue = (struct camkes_msgqueue){
        .ring = region->vaddr, .capacity = capacity, .notification = cap->cptr};
    return 0;
}

int camkes_msgqueue_sender_init(int id, camkes_msgqueue_sender_t *sender)
{
    return open_queue(id, CAMKES_FROM, sender);
}

int camkes_msgqueue_receiver_init(int id, camkes_msgqueue_receiver_t *receiver)
{
    return open_queue(id, CAMKES_TO, receiver);
}

/* Between the ring from `position` on and `buffer`. */
static void copy(const struct camkes_msgqueue *queue, uint32_t position, void *buffer, size_t size,
                 bool out)
{
    struct ring *ring = queue->ring;
    size_t offset = position & (queue->capacity - 1);
    size_t first = MIN(size, queue->capacity - offset);
    if (out) {
        memcpy(buffer, ring->bytes + offset, first);
        memcpy((char *)buffer + first, ring->bytes, size - first);
    } else {
        memcpy(ring->bytes + offset, buffer, first);
        memcpy(ring->bytes, (const char *)buffer + first, size - first);
    }
}

int camkes_msgqueue_send(camkes_msgqueue_sender_t *sender, void *message, size_t size)
{
    struct ring *ring = sender->ring;
    uint64_t length = size;
    if (!ring || size > sender->capacity - sizeof(length))
        return -1;
    uint32_t used = sender->position - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
    uint32_t needed = (uint32_t)ROUND_UP(sizeof(length) + size, sizeof(length));
    if (used > sender->capacity || needed > sender->capacity - used)
        return -1; /* full */
    copy(sender, sender->position, &length, sizeof(length), false);
    copy(sender, sender->position + (uint32_t)sizeof(length), message, size, false);
    sender->position += needed;
    __atomic_store_n(&ring->head, sender->position, __ATOMIC_RELEASE);
    seL4_Signal(sender->notification);
    return 0;
}

/* Bytes that wait in the ring; what its sender cannot have written counts as nothing. */
static uint32_t waiting(const camkes_msgqueue_receiver_t *receiver)
{
    struct ring *ring = receiver->ring;
    uint32_t used = ring ? __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) - receiver->position : 0;
    return used <= receiver->capacity && used >= sizeof(uint64_t) ? used : 0;
}

int camkes_msgqueue_poll(camkes_msgqueue_receiver_t *receiver)
{
    return waiting(receiver) != 0;
}

int camkes_msgqueue_wait(camkes_msgqueue_receiver_t *receiver)
{
    if (!receiver->ring)
        return -1;
    while (waiting(receiver) == 0)
        seL4_Wait(receiver->notification, NULL);
    return 0;
}

int camkes_msgqueue_get(camkes_msgqueue_receiver_t *receiver, void *buffer, size_t size)
{
    struct ring *ring = receiver->ring;
    uint32_t used = waiting(receiver);
    uint64_t length;
    if (used == 0)
        return -1;
    copy(receiver, receiver->position, &length, sizeof(length), true);
    if (length > used - sizeof(length)) {
        /* Nonsense: all of it goes, so that later messages are whole. */
        receiver->position += used;
        __atomic_store_n(&ring->tail, receiver->position, __ATOMIC_RELEASE);
        return -1;
    }
    if (length > size)
        return -1; /* it stays there, for a larger buffer */
    copy(receiver, receiver->position + (uint32_t)sizeof(length), buffer, length, true);
    receiver->position += (uint32_t)ROUND_UP(sizeof(length) + length, sizeof(length));
    __atomic_store_n(&ring->tail, receiver->position, __ATOMIC_RELEASE);
    return 0;
}

static int init(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, NULL, 0);
    return region && region->vaddr && camkes_end_param(end, "id") ? 0 : -ENOENT;
}

const struct camkes_connector camkes_connector_message_queue = {
    .name = "seL4MessageQueue",
    .init = init,
};
