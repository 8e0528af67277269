/* SPDX-License-Identifier: BSD-2-Clause */
/* A binary semaphore over a notification. */
#pragma once

#include <stddef.h>
#include <sync/bin_sem_bare.h>
#include <vka/object.h>

typedef struct {
    vka_object_t notification;
    volatile int value;
} sync_bin_sem_t;

/* Functions return 0 or another number if they failed. */
static inline int sync_bin_sem_init(sync_bin_sem_t *sem, seL4_CPtr notification, int value)
{
    if (!sem)
        return -1;
    sem->notification.cptr = notification;
    sem->value = value;
    return 0;
}

static inline int sync_bin_sem_wait(sync_bin_sem_t *sem)
{
    return sem ? sync_bin_sem_bare_wait(sem->notification.cptr, &sem->value) : -1;
}

static inline int sync_bin_sem_post(sync_bin_sem_t *sem)
{
    return sem ? sync_bin_sem_bare_post(sem->notification.cptr, &sem->value) : -1;
}

static inline int sync_bin_sem_new(vka_t *vka, sync_bin_sem_t *sem, int value)
{
    int error = sem ? vka_alloc_notification(vka, &sem->notification) : -1;
    return error ? error : sync_bin_sem_init(sem, sem->notification.cptr, value);
}

static inline int sync_bin_sem_destroy(vka_t *vka, sync_bin_sem_t *sem)
{
    if (!sem)
        return -1;
    vka_free_object(vka, &sem->notification);
    return 0;
}
