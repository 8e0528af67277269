/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoints: a queue of threads that all wait to send, or all to receive.
 */
#pragma once

#include "object/cap.h"

struct tcb;

enum endpoint_state {
    ENDPOINT_IDLE = 0,
    ENDPOINT_SENDERS,
    ENDPOINT_RECEIVERS,
};

struct endpoint {
    uint64_t head : 48;
    uint64_t state : 16;
    uint64_t tail;
};

_Static_assert(sizeof(struct endpoint) == 16, "seL4_EndpointBits is 4");

static inline struct tcb *endpoint_head(const struct endpoint *ep)
{
    return (struct tcb *)((int64_t)((uint64_t)ep->head << 16) >> 16);
}

/* endpoint.c. Cancelling leaves the threads ready to issue their system call again. */
void endpoint_cancel_all(struct endpoint *ep);
int endpoint_cancel_badged(struct endpoint *ep, uint64_t badge);
void endpoint_remove(struct endpoint *ep, struct tcb *t);
void endpoint_append(struct endpoint *ep, struct tcb *t, enum endpoint_state state);
