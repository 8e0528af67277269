/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Console input as it lies in the memory that SerialServer shares with a client (connector
 * seL4SerialServer): a ring with one writer, the server, and one reader, the client. Each side owns
 * one index and treats the other's as hostile: an index is reduced before use, so that a bad one
 * can only garble the characters. The server signals the client's notification after putting
 * characters in.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct serial_ring {
    uint32_t head; /* written by the server: characters ever put in, modulo 2^32 */
    uint32_t tail; /* written by the client: characters ever taken out */
    uint8_t data[];
};

/*
 * Characters that a ring in `bytes` of shared memory can hold: the largest power of two that fits.
 */
static inline uint32_t serial_ring_capacity(size_t bytes)
{
    uint32_t capacity = 1;
    if (bytes <= sizeof(struct serial_ring))
        return 0;
    while (capacity < (1u << 30) && (size_t)capacity * 2 <= bytes - sizeof(struct serial_ring))
        capacity *= 2;
    return capacity;
}

/* Server: 1 if another character would fit. */
static inline int serial_ring_room(const struct serial_ring *ring, uint32_t capacity)
{
    return capacity && ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) < capacity;
}

/* Server: 1 if the character went in, 0 if the ring is full. */
static inline int serial_ring_put(struct serial_ring *ring, uint32_t capacity, uint8_t c)
{
    uint32_t head = ring->head;
    if (!serial_ring_room(ring, capacity))
        return 0;
    ring->data[head & (capacity - 1)] = c;
    __atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
    return 1;
}

/* Client: the next character, or -1. */
static inline int serial_ring_get(struct serial_ring *ring, uint32_t capacity)
{
    uint32_t tail = ring->tail;
    uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
    if (capacity == 0 || head == tail)
        return -1;
    uint8_t c = ring->data[tail & (capacity - 1)];
    __atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
    return c;
}
