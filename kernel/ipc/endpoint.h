/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoints: a queue of threads that all wait to send, or all to receive. Which of the two, the
 * first thread's state tells; so the object is just the queue.
 */
#pragma once

#include "object/waitqueue.h"

struct endpoint {
    struct wait_queue queue;
};

_Static_assert(sizeof(struct endpoint) == 1 << seL4_EndpointBits, "the size of an endpoint");

static inline bool endpoint_has_receiver(const struct endpoint *ep)
{
    return ep->queue.head && ep->queue.head->state == THREAD_BLOCKED_RECEIVE;
}

static inline bool endpoint_has_sender(const struct endpoint *ep)
{
    return ep->queue.head && ep->queue.head->state == THREAD_BLOCKED_SEND;
}
