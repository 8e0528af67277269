/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: a word of pending badges, the threads that wait for it, and the one thread that is
 * bound to it.
 */
#pragma once

#include <stdint.h>

struct tcb;

enum notification_state {
    NOTIFICATION_IDLE = 0,
    NOTIFICATION_WAITING,
    NOTIFICATION_ACTIVE,
};

struct notification {
    uint64_t head : 48;
    uint64_t state : 16;
    uint64_t tail;
    struct tcb *bound;
    uint64_t badge; /* the signals so far, where active */
};

_Static_assert(sizeof(struct notification) == 32, "seL4_NotificationBits is 5");

/* Deliver `badge`; used by system calls and by interrupt handling. */
void notification_signal(struct notification *n, uint64_t badge);
/* Take the pending badges of a thread's bound notification. False if there are none. */
_Bool notification_take(struct notification *n, uint64_t *badge);
void notification_cancel_all(struct notification *n);
void notification_remove(struct notification *n, struct tcb *t);
