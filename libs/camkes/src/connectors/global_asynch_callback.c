/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4GlobalAsynchCallback
 * An event that calls back; its receiver usually goes on to signal the instance's global
 * notification.
 */
#include "../camkes_private.h"

const struct camkes_connector camkes_connector_global_asynch_callback = {
    .name = "seL4GlobalAsynchCallback",
    .init = camkes_notification_init,
    .thread = camkes_notification_thread,
    .emit = camkes_notification_emit,
    .wait = camkes_notification_wait,
    .poll = camkes_notification_poll,
    .reg_callback = camkes_notification_reg_callback,
};
