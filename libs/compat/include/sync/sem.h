/* SPDX-License-Identifier: BSD-2-Clause */
/* A counting semaphore over an endpoint. */
#pragma once

#include <stddef.h>
#include <sync/sem-bare.h>
#include <vka/object.h>

typedef struct {
    vka_object_t ep;
    volatile int value;
} sync_sem_t;

/* Functions return 0 or another number if they failed. */
static inline int sync_sem_init(sync_sem_t *sem, seL4_CPtr ep, int value)
{
    if (!sem)
        return -1;
    sem->ep.cptr = ep;
    sem->value = value;
    return 0;
}

static inline int sync_sem_wait(sync_sem_t *sem)
{
    return sem ? sync_sem_bare_wait(sem->ep.cptr, &sem->value) : -1;
}

static inline int sync_sem_post(sync_sem_t *sem)
{
    return sem ? sync_sem_bare_post(sem->ep.cptr, &sem->value) : -1;
}

static inline int sync_sem_trywait(sync_sem_t *sem)
{
    return sem ? sync_sem_bare_trywait(sem->ep.cptr, &sem->value) : -1;
}

static inline int sync_sem_new(vka_t *vka, sync_sem_t *sem, int value)
{
    int error = sem ? vka_alloc_endpoint(vka, &sem->ep) : -1;
    return error ? error : sync_sem_init(sem, sem->ep.cptr, value);
}

static inline int sync_sem_destroy(vka_t *vka, sync_sem_t *sem)
{
    if (!sem)
        return -1;
    vka_free_object(vka, &sem->ep);
    return 0;
}
