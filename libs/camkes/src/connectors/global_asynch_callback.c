/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4GlobalAsynchCallback
 * Events that call back. A component that defines <if>_callback() has it called, with the badge,
 * for whatever arrives at the instance's notification for callbacks (role "callback"): these
 * events, and those of its virtqueues. All such functions of an instance are called, one after the
 * other, by the thread of the first; each looks itself whether there is something for it. Without
 * that function the event is one like any other (role "notification").
 */
#include "../camkes_private.h"

#include <camkes/callback_ends.h>

static struct camkes_callback *callbacks;

void camkes_callback_register(struct camkes_callback *callback)
{
    if (!callback->function)
        return;
    callback->next = callbacks;
    callbacks = callback;
}

static bool has_function(const struct camkes_end *end)
{
    for (const struct camkes_callback *c = callbacks; c; c = c->next)
        if (c->end == end)
            return true;
    return false;
}

static void thread(const struct camkes_end *end)
{
    if (!has_function(end))
        camkes_notification_thread(end); /* does not return */
    if (callbacks->end != end)
        camkes_park();
    const struct camkes_cap *cap = camkes_end_cap(end, "callback", 0);
    for (;;) {
        seL4_Word badge;
        seL4_Wait(cap->cptr, &badge);
        for (const struct camkes_callback *c = callbacks; c; c = c->next)
            c->function(badge);
    }
}

static void emit(const struct camkes_end *end)
{
    for (unsigned i = 0; i < end->cap_count; i++)
        seL4_Signal(end->caps[i].cptr);
}

const struct camkes_connector camkes_connector_global_asynch_callback = {
    .name = "seL4GlobalAsynchCallback",
    .init = camkes_notification_init,
    .thread = thread,
    .emit = emit,
    .wait = camkes_notification_wait,
    .poll = camkes_notification_poll,
    .reg_callback = camkes_notification_reg_callback,
};
