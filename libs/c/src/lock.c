/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock of caisson/lock.h.
 *
 * Newcomers push themselves on a stack in `word`; only the holder takes from it, all at once,
 * turned round into `queue`. Releasing hands the lock (and the queue with it) to the first of the
 * queue, so nobody overtakes and nothing spins, whatever the threads' priorities are.
 */
#include <stddef.h>
#include <caisson/c.h>
#include <caisson/lock.h>

struct c_waiter {
    struct c_waiter *next;
    seL4_CPtr wake;
    uintptr_t thread;
    _Atomic(bool) granted;
};

/* Any address of the thread's own names it. */
static __thread char thread_mark;

static uintptr_t self(void)
{
    return (uintptr_t)&thread_mark;
}

bool c_lock_try_acquire(struct c_lock *lock)
{
    uintptr_t expected = 0;
    if (atomic_compare_exchange_strong_explicit(&lock->word, &expected, 1, memory_order_acquire,
                                                memory_order_relaxed)) {
        atomic_store_explicit(&lock->owner, self(), memory_order_relaxed);
        return true;
    }
    if (atomic_load_explicit(&lock->owner, memory_order_relaxed) == self()) {
        lock->depth++;
        return true;
    }
    return false;
}

void c_lock_acquire(struct c_lock *lock)
{
    if (c_lock_try_acquire(lock)) {
        return;
    }
    struct c_waiter me = {.wake = c_thread_wake(), .thread = self()};
    uintptr_t word = atomic_load(&lock->word);
    for (;;) {
        if (word == 0) {
            if (atomic_compare_exchange_weak(&lock->word, &word, 1)) {
                atomic_store_explicit(&lock->owner, self(), memory_order_relaxed);
                return;
            }
        } else {
            me.next = word == 1 ? NULL : (struct c_waiter *)word;
            if (atomic_compare_exchange_weak(&lock->word, &word, (uintptr_t)&me)) {
                break;
            }
        }
    }
    /* The notification may be signalled for other reasons too. */
    while (!atomic_load_explicit(&me.granted, memory_order_acquire)) {
        c_sleep();
    }
}

static struct c_waiter *take_newcomers(struct c_lock *lock)
{
    struct c_waiter *newest = (struct c_waiter *)atomic_exchange(&lock->word, 1);
    struct c_waiter *oldest = NULL;
    while (newest != NULL) {
        struct c_waiter *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

bool c_lock_release(struct c_lock *lock)
{
    if (atomic_load_explicit(&lock->owner, memory_order_relaxed) != self()) {
        return false;
    }
    if (lock->depth > 0) {
        lock->depth--;
        return true;
    }
    if (lock->queue == NULL) {
        uintptr_t expected = 1;
        atomic_store_explicit(&lock->owner, 0, memory_order_relaxed);
        if (atomic_compare_exchange_strong(&lock->word, &expected, 0)) {
            return true;
        }
        lock->queue = take_newcomers(lock);
    }
    struct c_waiter *heir = lock->queue;
    lock->queue = heir->next;
    atomic_store_explicit(&lock->owner, heir->thread, memory_order_relaxed);
    seL4_CPtr wake = heir->wake; /* the waiter's frame may be gone once it sees the grant */
    atomic_store_explicit(&heir->granted, true, memory_order_release);
    if (wake != 0) {
        seL4_Signal(wake);
    }
    return true;
}
