/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A condition, guarded by a lock that whoever calls these functions holds. A waiter looks at the
 * condition again when it has woken.
 */
#pragma once

#include <stdbool.h>
#include <sync/bin_sem.h>

typedef struct {
    vka_object_t notification;
    volatile int waiters;
    volatile bool broadcasting; /* each who wakes wakes the next */
} sync_cv_t;

/* Functions return 0 or another number if they failed. */
static inline int sync_cv_init(sync_cv_t *cv, seL4_CPtr notification)
{
    if (!cv)
        return -1;
    cv->notification.cptr = notification;
    cv->waiters = 0;
    cv->broadcasting = false;
    return 0;
}

static inline int sync_cv_signal(sync_cv_t *cv)
{
    if (!cv)
        return -1;
    if (cv->waiters > 0)
        seL4_Signal(cv->notification.cptr);
    return 0;
}

static inline int sync_cv_broadcast(sync_cv_t *cv)
{
    if (!cv)
        return -1;
    cv->broadcasting = cv->waiters > 0;
    return sync_cv_signal(cv);
}

static inline int sync_cv_broadcast_release(sync_bin_sem_t *lock, sync_cv_t *cv)
{
    int error = sync_cv_broadcast(cv);
    return sync_bin_sem_post(lock) ?: error;
}

static inline int sync_cv_wait(sync_bin_sem_t *lock, sync_cv_t *cv)
{
    if (!cv)
        return -1;
    cv->waiters++;
    int error = sync_bin_sem_post(lock);
    if (error)
        return error;
    seL4_Wait(cv->notification.cptr, (seL4_Word *)0);
    error = sync_bin_sem_wait(lock);
    if (error)
        return error;
    cv->waiters--;
    cv->broadcasting = cv->broadcasting && cv->waiters > 0;
    if (cv->broadcasting)
        seL4_Signal(cv->notification.cptr);
    return 0;
}

static inline int sync_cv_new(vka_t *vka, sync_cv_t *cv)
{
    int error = cv ? vka_alloc_notification(vka, &cv->notification) : -1;
    return error ? error : sync_cv_init(cv, cv->notification.cptr);
}

static inline int sync_cv_destroy(vka_t *vka, sync_cv_t *cv)
{
    if (!cv)
        return -1;
    vka_free_object(vka, &cv->notification);
    return 0;
}
