/* SPDX-License-Identifier: BSD-2-Clause */
/* A lock over a notification that its owner may take again; it is free when given back as often. */
#pragma once

#include <sync/bin_sem.h>

typedef struct {
    sync_bin_sem_t lock;
    const void *owner; /* a thread, by its IPC buffer; NULL: free */
    unsigned held;
} sync_recursive_mutex_t;

/* Functions return 0 or another number if they failed. */
static inline int sync_recursive_mutex_init(sync_recursive_mutex_t *mutex, seL4_CPtr notification)
{
    if (!mutex)
        return -1;
    mutex->owner = NULL;
    mutex->held = 0;
    return sync_bin_sem_init(&mutex->lock, notification, 1);
}

static inline int sync_recursive_mutex_lock(sync_recursive_mutex_t *mutex)
{
    const void *self = seL4_GetIPCBuffer();
    if (!mutex)
        return -1;
    /* Only this thread writes itself into it. */
    if (__atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) != self) {
        int error = sync_bin_sem_wait(&mutex->lock);
        if (error)
            return error;
        __atomic_store_n(&mutex->owner, self, __ATOMIC_RELAXED);
    }
    mutex->held++;
    return 0;
}

/* By its owner only. */
static inline int sync_recursive_mutex_unlock(sync_recursive_mutex_t *mutex)
{
    if (!mutex || __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) != seL4_GetIPCBuffer())
        return -1;
    if (--mutex->held)
        return 0;
    __atomic_store_n(&mutex->owner, NULL, __ATOMIC_RELAXED);
    return sync_bin_sem_post(&mutex->lock);
}

static inline int sync_recursive_mutex_new(vka_t *vka, sync_recursive_mutex_t *mutex)
{
    int error = mutex ? vka_alloc_notification(vka, &mutex->lock.notification) : -1;
    return error ? error : sync_recursive_mutex_init(mutex, mutex->lock.notification.cptr);
}

static inline int sync_recursive_mutex_destroy(vka_t *vka, sync_recursive_mutex_t *mutex)
{
    return mutex ? sync_bin_sem_destroy(vka, &mutex->lock) : -1;
}
