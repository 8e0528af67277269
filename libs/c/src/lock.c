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
    bool granted;
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
    if (__atomic_compare_exchange_n(&lock->word, &expected, 1, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED)) {
        __atomic_store_n(&lock->owner, self(), __ATOMIC_RELAXED);
        return true;
    }
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == self()) {
        lock->depth++;
        return true;
    }
    return false;
}

void c_lock_acquire(struct c_lock *lock)
{
    if (c_lock_try_acquire(lock))
        return;
    struct c_waiter me = {.wake = c_thread_wake(), .thread = self()};
    uintptr_t word = __atomic_load_n(&lock->word, __ATOMIC_SEQ_CST);
    for (;;) {
        if (word == 0) {
            if (__atomic_compare_exchange_n(&lock->word, &word, 1, true, __ATOMIC_SEQ_CST,
                                            __ATOMIC_SEQ_CST)) {
                __atomic_store_n(&lock->owner, self(), __ATOMIC_RELAXED);
                return;
            }
        } else {
            me.next = word == 1 ? NULL : (struct c_waiter *)word;
            if (__atomic_compare_exchange_n(&lock->word, &word, (uintptr_t)&me, true,
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
                break;
        }
    }
    /* The notification may be signalled for other reasons too. */
    while (!__atomic_load_n(&me.granted, __ATOMIC_ACQUIRE))
        c_sleep();
}

static struct c_waiter *take_newcomers(struct c_lock *lock)
{
    struct c_waiter *newest =
        (struct c_waiter *)__atomic_exchange_n(&lock->word, 1, __ATOMIC_SEQ_CST);
    struct c_waiter *oldest = NULL;
    while (newest) {
        struct c_waiter *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

bool c_lock_release(struct c_lock *lock)
{
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self())
        return false;
    if (lock->depth > 0) {
        lock->depth--;
        return true;
    }
    if (!lock->queue) {
        uintptr_t expected = 1;
        __atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
        if (__atomic_compare_exchange_n(&lock->word, &expected, 0, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return true;
        lock->queue = take_newcomers(lock);
    }
    struct c_waiter *heir = lock->queue;
    lock->queue = heir->next;
    __atomic_store_n(&lock->owner, heir->thread, __ATOMIC_RELAXED);
    seL4_CPtr wake = heir->wake; /* the waiter's frame may be gone once it sees the grant */
    __atomic_store_n(&heir->granted, true, __ATOMIC_RELEASE);
    if (wake != 0)
        seL4_Signal(wake);
    return true;
}
