/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A semaphore whose state the caller keeps: a number, below zero if threads wait, and an endpoint.
 * To signal an endpoint is to send to it, which lasts until a waiter takes it, so none is lost.
 */
#pragma once

#include <sel4/sel4.h>

static inline int sync_sem_bare_wait(seL4_CPtr ep, volatile int *value)
{
    if (__atomic_sub_fetch(value, 1, __ATOMIC_ACQUIRE) >= 0)
        return 0;
    seL4_Wait(ep, (seL4_Word *)0);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return 0;
}

/* -1: it would have had to wait. */
static inline int sync_sem_bare_trywait(seL4_CPtr ep, volatile int *value)
{
    int now = __atomic_load_n(value, __ATOMIC_RELAXED);
    (void)ep;
    while (now > 0)
        if (__atomic_compare_exchange_n(value, &now, now - 1, 0, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return 0;
    return -1;
}

static inline int sync_sem_bare_post(seL4_CPtr ep, volatile int *value)
{
    if (__atomic_add_fetch(value, 1, __ATOMIC_RELEASE) <= 0)
        seL4_Signal(ep);
    return 0;
}
