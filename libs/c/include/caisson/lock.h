/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recursive lock for threads of one program. Uncontended it costs one atomic instruction and no
 * system call; contended, waiters queue up and the lock is handed over in order of arrival. A
 * waiter sleeps on its thread's own notification, so one lock costs nothing in the kernel.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct c_waiter;

/* `word` and `owner` are accessed atomically. */
struct c_lock {
    uintptr_t word;         /* 0 free, 1 held, else held and the newest waiter that queued up */
    struct c_waiter *queue; /* older waiters, first come first; the holder's */
    uintptr_t owner;        /* identifies the holding thread */
    unsigned depth;         /* how often the holder holds it, minus one */
};

#define C_LOCK_INIT                                                                                \
    {                                                                                              \
        0                                                                                          \
    }

void c_lock_acquire(struct c_lock *lock);
bool c_lock_try_acquire(struct c_lock *lock);
/* false if the calling thread does not hold the lock. */
bool c_lock_release(struct c_lock *lock);
