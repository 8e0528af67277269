/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages over a seL4MessageQueue connection. `<if>_id` numbers an instance's queues,
 * `<if>_size` says how much memory one has. All return 0, or -1: no such queue, no room, no
 * message, or a buffer that is too small for it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sel4/sel4.h>

typedef struct camkes_msgqueue {
    void *ring;        /* NULL: not initialised */
    uint32_t capacity; /* bytes */
    uint32_t position;
    seL4_CPtr notification;
} camkes_msgqueue_sender_t, camkes_msgqueue_receiver_t;

int camkes_msgqueue_sender_init(int id, camkes_msgqueue_sender_t *sender);
int camkes_msgqueue_receiver_init(int id, camkes_msgqueue_receiver_t *receiver);

int camkes_msgqueue_send(camkes_msgqueue_sender_t *sender, void *message, size_t size);
/* Is there a message? Does not wait. */
int camkes_msgqueue_poll(camkes_msgqueue_receiver_t *receiver);
int camkes_msgqueue_wait(camkes_msgqueue_receiver_t *receiver);
int camkes_msgqueue_get(camkes_msgqueue_receiver_t *receiver, void *buffer, size_t size);
