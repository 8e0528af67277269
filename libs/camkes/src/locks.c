/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `has mutex`, `has semaphore`, `has binary_semaphore`: counters in memory, and a notification that
 * is used only when somebody has to wait.
 *
 * A notification remembers one signal, not how many. The mutex never needs more: only its holder
 * signals, and the next holder has taken that signal before it can signal in turn. A semaphore can
 * be posted twice before a waiter runs; so whoever takes a unit and leaves another passes the
 * signal on.
 */
#include "camkes_private.h"

#include <errno.h>
#include <limits.h>

enum { VALUE = 0, WAITERS = 1 };

static long *value(const struct camkes_lock *lock)
{
    return &lock->state[VALUE];
}

void camkes_locks_start(void)
{
    for (unsigned i = 0; i < camkes_instance.lock_count; i++) {
        const struct camkes_lock *lock = &camkes_instance.locks[i];
        if (lock->kind != CAMKES_MUTEX)
            *value(lock) = lock->initial;
    }
}

/* --- mutex: value = holder and waiters together --- */

int camkes_mutex_lock(const struct camkes_lock *lock)
{
    if (__atomic_fetch_add(value(lock), 1, __ATOMIC_ACQUIRE) > 0) {
        seL4_Wait(lock->notification, NULL);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    }
    return 0;
}

int camkes_mutex_unlock(const struct camkes_lock *lock)
{
    long before = __atomic_fetch_sub(value(lock), 1, __ATOMIC_RELEASE);
    if (before <= 0) {
        __atomic_fetch_add(value(lock), 1, __ATOMIC_RELAXED);
        camkes_error(CE_OVERFLOW, lock->name, "unlocked, but it was not locked", -EPERM);
        return -EPERM;
    }
    if (before > 1)
        seL4_Signal(lock->notification);
    return 0;
}

/* --- semaphores --- */

static bool take(const struct camkes_lock *lock)
{
    long now = __atomic_load_n(value(lock), __ATOMIC_SEQ_CST);
    while (now > 0)
        if (__atomic_compare_exchange_n(value(lock), &now, now - 1, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return true;
    return false;
}

static void wake_one(const struct camkes_lock *lock)
{
    if (__atomic_load_n(&lock->state[WAITERS], __ATOMIC_SEQ_CST) > 0)
        seL4_Signal(lock->notification);
}

int camkes_semaphore_trywait(const struct camkes_lock *lock)
{
    return take(lock) ? 0 : -EAGAIN;
}

int camkes_semaphore_wait(const struct camkes_lock *lock)
{
    if (take(lock))
        return 0;
    /* Announced before the value is looked at again: a post in between sees the waiter. */
    __atomic_fetch_add(&lock->state[WAITERS], 1, __ATOMIC_SEQ_CST);
    while (!take(lock))
        seL4_Wait(lock->notification, NULL);
    __atomic_fetch_sub(&lock->state[WAITERS], 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(value(lock), __ATOMIC_SEQ_CST) > 0)
        wake_one(lock);
    return 0;
}

int camkes_semaphore_post(const struct camkes_lock *lock)
{
    long now = __atomic_load_n(value(lock), __ATOMIC_SEQ_CST);
    do {
        if (now == LONG_MAX) {
            camkes_error(CE_OVERFLOW, lock->name, "posted too often", -EOVERFLOW);
            return -EOVERFLOW;
        }
    } while (!__atomic_compare_exchange_n(value(lock), &now, now + 1, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    wake_one(lock);
    return 0;
}

int camkes_binary_semaphore_wait(const struct camkes_lock *lock)
{
    return camkes_semaphore_wait(lock);
}

int camkes_binary_semaphore_post(const struct camkes_lock *lock)
{
    __atomic_store_n(value(lock), 1, __ATOMIC_SEQ_CST);
    wake_one(lock);
    return 0;
}
