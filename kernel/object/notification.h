/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: a word of pending badges, or the threads that wait for some (never both: who waits
 * takes badges at once), and the one thread that is bound to it.
 */
#pragma once

#include "object/irq.h"
#include "object/waitqueue.h"

struct notification {
    struct wait_queue queue;
    uint64_t bound : 48; /* struct tcb */
    uint64_t active : 1;
    uint64_t holds : 1; /* functions are held back until the badges are taken */
    uint64_t badge;     /* the signals so far, where active */
};

_Static_assert(sizeof(struct notification) == 1 << seL4_NotificationBits,
               "the size of a notification");

static inline struct tcb *notification_bound(const struct notification *n)
{
    return (struct tcb *)((int64_t)((uint64_t)n->bound << 16) >> 16);
}

/* Deliver `badge`; used by system calls and by interrupt handling. */
void notification_signal(struct notification *n, uint64_t badge);
/* Take the pending badges. False if there are none. */
static inline bool notification_take(struct notification *n, uint64_t *badge)
{
    if (!n->active)
        return false;
    *badge = n->badge;
    n->active = 0;
    n->badge = 0;
    if (n->holds)
        irq_received(n);
    return true;
}
