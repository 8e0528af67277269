/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4Notification
 * An event with a notification of its own.
 */
#include "../camkes_private.h"

const struct camkes_connector camkes_connector_notification = {
    .name = "seL4Notification",
    .init = camkes_notification_init,
    .thread = camkes_notification_thread,
    .emit = camkes_notification_emit,
    .wait = camkes_notification_wait,
    .poll = camkes_notification_poll,
    .reg_callback = camkes_notification_reg_callback,
};
