/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the control thread serves: calls to interfaces without a thread, and events that arrive on
 * the instance's global notification, which is bound to that thread.
 */
#include "camkes_private.h"

#include <errno.h>

#define MAX_HANDLERS 64

static struct handler {
    seL4_Word badge;
    void (*function)(seL4_Word badge, void *cookie);
    void *cookie;
} handlers[MAX_HANDLERS];
static unsigned handler_count;

int single_threaded_component_register_handler(seL4_Word badge, const char *name,
                                               void (*function)(seL4_Word badge, void *cookie),
                                               void *cookie)
{
    (void)name;
    if (handler_count == MAX_HANDLERS || badge == 0)
        return -ENOSPC;
    handlers[handler_count++] = (struct handler){badge, function, cookie};
    return 0;
}

static void call_handlers(seL4_Word badge)
{
    for (unsigned i = 0; i < handler_count; i++)
        if ((badge & handlers[i].badge) == handlers[i].badge)
            handlers[i].function(badge, handlers[i].cookie);
}

/* Who can say more about it: the end that the message is for. */
static bool dispatch(seL4_MessageInfo_t *info, seL4_Word badge, bool *answer)
{
    for (unsigned i = 0; i < camkes_instance.end_count; i++) {
        const struct camkes_end *end = camkes_instance.ends[i];
        if (end->connector->handle && end->connector->handle(end, info, badge, answer))
            return true;
    }
    return false;
}

int camkes_handle_message(const struct camkes_end *end, seL4_MessageInfo_t *info, seL4_Word badge)
{
    bool answer;
    return end->connector->handle && end->connector->handle(end, info, badge, &answer) ? 0 : -1;
}

void camkes_serve(void)
{
    seL4_CPtr endpoint = 0;
    for (unsigned i = 0; i < camkes_instance.end_count && endpoint == 0; i++) {
        const struct camkes_end *end = camkes_instance.ends[i];
        const struct camkes_cap *cap = camkes_end_cap(end, "ep", 0);
        if (end->connector->handle && end->side == CAMKES_TO && cap)
            endpoint = cap->cptr;
    }
    if (endpoint == 0)
        return;
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(endpoint, &badge);
    for (;;) {
        bool answer = false;
        if (!dispatch(&info, badge, &answer))
            call_handlers(badge);
        info = answer ? seL4_ReplyRecv(endpoint, info, &badge) : seL4_Recv(endpoint, &badge);
    }
}
