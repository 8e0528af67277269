/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4GlobalAsynch
 * An event that arrives as a badge bit (<if>_notification_badge()) on the receiving instance's
 * global notification, which is bound to its control thread: whatever that thread waits for, it
 * hears of it. Waiting for the event alone would swallow the others' bits, so there is no wait,
 * poll or callback.
 */
#include "../camkes_private.h"

#include <errno.h>

static void refuse(const struct camkes_end *end)
{
    camkes_error(CE_NOT_SUPPORTED, end->interface,
                 "the event arrives on the instance's global notification only", -ENOTSUP);
}

static void wait(const struct camkes_end *end)
{
    refuse(end);
}

static int poll(const struct camkes_end *end)
{
    refuse(end);
    return 0;
}

static int reg_callback(const struct camkes_end *end, void (*callback)(void *), void *arg)
{
    (void)callback;
    (void)arg;
    refuse(end);
    return -ENOTSUP;
}

const struct camkes_connector camkes_connector_global_asynch = {
    .name = "seL4GlobalAsynch",
    .init = camkes_notification_init,
    .emit = camkes_notification_emit,
    .wait = wait,
    .poll = poll,
    .reg_callback = reg_callback,
};
