/* SPDX-License-Identifier: BSD-2-Clause */
/* A binary semaphore whose state the caller keeps: a number and a notification. */
#pragma once

#include <sel4/sel4.h>

/* `value` is 1 if free; 0, or below for each who waits, if not. */
static inline int sync_bin_sem_bare_wait(seL4_CPtr notification, volatile int *value)
{
    if (__atomic_sub_fetch(value, 1, __ATOMIC_ACQUIRE) >= 0)
        return 0;
    seL4_Wait(notification, (seL4_Word *)0);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return 0;
}

static inline int sync_bin_sem_bare_post(seL4_CPtr notification, volatile int *value)
{
    if (__atomic_add_fetch(value, 1, __ATOMIC_RELEASE) <= 0)
        seL4_Signal(notification);
    return 0;
}
