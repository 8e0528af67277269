/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events over a notification (role "notification"). An event that nobody has waited for yet stays
 * in the notification, however often it was emitted since.
 *
 * A callback is called once, by the interface's thread, which sleeps until one is registered; so
 * without a callback, wait and poll take events straight from the notification.
 */
#include "camkes_private.h"

#include <errno.h>
#include <stdlib.h>

struct event_state {
    seL4_CPtr notification;
    seL4_Word badge;
    const struct camkes_thread *thread; /* NULL: no callbacks */
    void (*callback)(void *);
    void *arg;
    bool registered;
};

static struct event_state *state_of(const struct camkes_end *end)
{
    return *end->state;
}

int camkes_notification_init(const struct camkes_end *end)
{
    const struct camkes_cap *cap = camkes_end_cap(end, "notification", 0);
    struct event_state *state = calloc(1, sizeof(*state));
    if (!state)
        return -ENOMEM;
    *end->state = state;
    if (!cap)
        return -ENOENT;
    state->notification = cap->cptr;
    state->badge = cap->badge;
    state->thread = camkes_end_thread(end);
    return 0;
}

seL4_CPtr camkes_notification_cap(const struct camkes_end *end)
{
    return state_of(end)->notification;
}

/* A from end with several to ends holds one capability for each. */
void camkes_notification_emit(const struct camkes_end *end)
{
    const struct camkes_cap *cap;
    if (end->cap_count == 1) {
        seL4_Signal(end->caps[0].cptr);
        return;
    }
    for (unsigned i = 0; (cap = camkes_end_cap(end, "notification", i)); i++)
        seL4_Signal(cap->cptr);
}

void camkes_notification_wait(const struct camkes_end *end)
{
    seL4_Wait(state_of(end)->notification, NULL);
}

int camkes_notification_poll(const struct camkes_end *end)
{
    seL4_Word badge = 0;
    seL4_Poll(state_of(end)->notification, &badge);
    return badge != 0;
}

int camkes_notification_reg_callback(const struct camkes_end *end, void (*callback)(void *),
                                     void *arg)
{
    struct event_state *state = state_of(end);
    if (!state->thread) {
        camkes_error(CE_NOT_SUPPORTED, end->interface,
                     "no thread serves this event, so it cannot call back", -ENOTSUP);
        return -ENOTSUP;
    }
    if (__atomic_load_n(&state->registered, __ATOMIC_ACQUIRE))
        return -EBUSY;
    state->callback = callback;
    state->arg = arg;
    __atomic_store_n(&state->registered, true, __ATOMIC_RELEASE);
    if (state->thread != camkes_self())
        seL4_Signal(state->thread->wake);
    return 0;
}

void camkes_notification_thread(const struct camkes_end *end)
{
    struct event_state *state = state_of(end);
    for (;;) {
        while (!__atomic_load_n(&state->registered, __ATOMIC_ACQUIRE))
            c_sleep();
        seL4_Wait(state->notification, NULL);
        void (*callback)(void *) = state->callback;
        void *arg = state->arg;
        /* The callback may register the next one. */
        __atomic_store_n(&state->registered, false, __ATOMIC_RELEASE);
        callback(arg);
    }
}

/* Of any end that has a notification, also of procedures with a server that signals. */
seL4_CPtr camkes_notification(const struct camkes_end *end)
{
    const struct camkes_cap *cap = camkes_end_cap(end, "notification", 0);
    return cap ? cap->cptr : 0;
}

seL4_Word camkes_notification_badge(const struct camkes_end *end)
{
    const struct camkes_cap *cap = camkes_end_cap(end, "notification", 0);
    return cap ? cap->badge : 0;
}
