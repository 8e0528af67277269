/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Characters as they lie in the memory that SerialServer shares with a client: console input
 * (connector seL4SerialServer), where the server writes and the client reads, and bursts of output
 * (interface Batch), the other way round. A ring of bytes with one writer and one reader; each side
 * owns one index and treats the other's as hostile: an index is reduced before use, so that a bad
 * one can only garble the characters. The layout is that of other CAmkES systems, whose clients
 * bring their own code for it: indices run from 0 to the size of `data`, which is all the rest of
 * the memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct serial_ring {
    uint32_t head; /* the reader's: where the next character is taken out */
    uint32_t tail; /* the writer's: where the next one is put in; equal: there is none */
    uint8_t data[];
};

/* Bytes of `data` in so much shared memory; one less fits in. 0: no ring. */
static inline uint32_t serial_ring_capacity(size_t bytes)
{
    const size_t most = 1u << 30;
    if (bytes < sizeof(struct serial_ring) + 2)
        return 0;
    return (uint32_t)(bytes - sizeof(struct serial_ring) < most ? bytes - sizeof(struct serial_ring)
                                                                : most);
}

/* Characters in it. */
static inline uint32_t serial_ring_used(const struct serial_ring *ring, uint32_t capacity)
{
    if (capacity == 0)
        return 0;
    uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) % capacity;
    uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) % capacity;
    return (tail + capacity - head) % capacity;
}

/* For how many more there is room. */
static inline uint32_t serial_ring_room(const struct serial_ring *ring, uint32_t capacity)
{
    return capacity ? capacity - 1 - serial_ring_used(ring, capacity) : 0;
}

/* Writer: how many of the characters went in. */
static inline size_t serial_ring_write(struct serial_ring *ring, uint32_t capacity,
                                       const void *bytes, size_t size)
{
    size_t room = serial_ring_room(ring, capacity);
    if (size > room)
        size = room;
    if (capacity == 0 || size == 0)
        return 0;
    uint32_t tail = ring->tail % capacity;
    size_t first = size < capacity - tail ? size : capacity - tail;
    memcpy(ring->data + tail, bytes, first);
    memcpy(ring->data, (const uint8_t *)bytes + first, size - first);
    __atomic_store_n(&ring->tail, (uint32_t)((tail + size) % capacity), __ATOMIC_RELEASE);
    return size;
}

/* Reader: how many characters came out, `size` at most. */
static inline size_t serial_ring_read(struct serial_ring *ring, uint32_t capacity, void *bytes,
                                      size_t size)
{
    size_t used = serial_ring_used(ring, capacity);
    if (size > used)
        size = used;
    if (capacity == 0 || size == 0)
        return 0;
    uint32_t head = ring->head % capacity;
    size_t first = size < capacity - head ? size : capacity - head;
    memcpy(bytes, ring->data + head, first);
    memcpy((uint8_t *)bytes + first, ring->data, size - first);
    __atomic_store_n(&ring->head, (uint32_t)((head + size) % capacity), __ATOMIC_RELEASE);
    return size;
}

/* Reader: the next character, or -1. */
static inline int serial_ring_get(struct serial_ring *ring, uint32_t capacity)
{
    uint8_t c;
    return serial_ring_read(ring, capacity, &c, 1) ? c : -1;
}

/*
 * Client of a Batch interface: prints all of it, with as few calls of `batch` (<if>_batch) as the
 * ring allows. A server that takes nothing any more does not hold its client up.
 */
static inline void serial_ring_print(struct serial_ring *ring, size_t ring_bytes, const char *text,
                                     size_t size, void (*batch)(void))
{
    uint32_t capacity = serial_ring_capacity(ring_bytes);
    while (size || serial_ring_used(ring, capacity)) {
        size_t put = serial_ring_write(ring, capacity, text, size);
        uint32_t used = serial_ring_used(ring, capacity);
        batch();
        if (put == 0 && serial_ring_used(ring, capacity) >= used)
            return;
        text += put;
        size -= put;
    }
}
