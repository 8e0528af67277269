/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4NotificationQueue
 * Events that are counted, in memory that both ends share (role "count"): each one that was emitted
 * is waited for, polled or called back for once. The notification only says that there is
 * something to look at, so it does not matter how many signals it merges. A peer that writes
 * nonsense into the counter makes more or fewer events, which it could by emitting as well.
 */
#include "../camkes_private.h"

#include <errno.h>
#include <stdlib.h>

struct queue {
    volatile uint32_t *count;
    seL4_CPtr notification;
    void (*callback)(void *);
    void *arg;
    bool registered;
};

static int init(const struct camkes_end *end)
{
    const struct camkes_cap *cap = camkes_end_cap(end, "notification", 0);
    const struct camkes_region *region = camkes_end_region(end, "count", 0);
    struct queue *queue = calloc(1, sizeof(*queue));
    if (!queue)
        return -ENOMEM;
    *end->state = queue;
    if (!cap || !region || !region->vaddr)
        return -ENOENT;
    queue->notification = cap->cptr;
    queue->count = region->vaddr;
    return 0;
}

/* One counter for each receiver; both lists are in the order of the receivers. */
static void emit(const struct camkes_end *end)
{
    const struct camkes_cap *cap;
    const struct camkes_region *region;
    for (unsigned i = 0; (cap = camkes_end_cap(end, "notification", i)) &&
                         (region = camkes_end_region(end, "count", i));
         i++) {
        volatile uint32_t *count = region->vaddr;
        uint32_t now = __atomic_load_n(count, __ATOMIC_SEQ_CST);
        while (now != UINT32_MAX &&
               !__atomic_compare_exchange_n(count, &now, now + 1, false, __ATOMIC_SEQ_CST,
                                            __ATOMIC_SEQ_CST))
            ;
        if (now == UINT32_MAX)
            camkes_error(CE_OVERFLOW, end->interface, "too many events that nobody took",
                         -EOVERFLOW);
        seL4_Signal(cap->cptr);
    }
}

static int poll(const struct camkes_end *end)
{
    struct queue *queue = *end->state;
    uint32_t now = __atomic_load_n(queue->count, __ATOMIC_SEQ_CST);
    while (now > 0)
        if (__atomic_compare_exchange_n(queue->count, &now, now - 1, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return 1;
    return 0;
}

static void wait(const struct camkes_end *end)
{
    struct queue *queue = *end->state;
    while (poll(end) == 0)
        seL4_Wait(queue->notification, NULL);
    /* Another thread may wait for what is left. */
    if (__atomic_load_n(queue->count, __ATOMIC_SEQ_CST) > 0)
        seL4_Signal(queue->notification);
}

static int reg_callback(const struct camkes_end *end, void (*callback)(void *), void *arg)
{
    struct queue *queue = *end->state;
    const struct camkes_thread *thread = camkes_end_thread(end);
    if (__atomic_load_n(&queue->registered, __ATOMIC_ACQUIRE))
        return -EBUSY;
    queue->callback = callback;
    queue->arg = arg;
    __atomic_store_n(&queue->registered, true, __ATOMIC_RELEASE);
    if (thread && thread != camkes_self())
        seL4_Signal(thread->wake);
    return 0;
}

static void thread(const struct camkes_end *end)
{
    struct queue *queue = *end->state;
    for (;;) {
        while (!__atomic_load_n(&queue->registered, __ATOMIC_ACQUIRE))
            c_sleep();
        wait(end);
        void (*callback)(void *) = queue->callback;
        void *arg = queue->arg;
        /* The callback may register the next one. */
        __atomic_store_n(&queue->registered, false, __ATOMIC_RELEASE);
        callback(arg);
    }
}

const struct camkes_connector camkes_connector_notification_queue = {
    .name = "seL4NotificationQueue",
    .init = init,
    .thread = thread,
    .emit = emit,
    .wait = wait,
    .poll = poll,
    .reg_callback = reg_callback,
};
