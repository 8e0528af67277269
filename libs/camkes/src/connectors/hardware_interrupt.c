/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4HardwareInterrupt
 * A device's interrupt as an event: the kernel signals the end's notification (role "notification")
 * and holds further interrupts of the line back until <if>_acknowledge(). With a function
 * <if>_handle() the interface's thread calls it for each interrupt; otherwise the event is waited
 * for like any other.
 */
#include "../camkes_private.h"

#include <errno.h>

static int acknowledge(const struct camkes_end *end)
{
    const struct camkes_cap *irq = camkes_end_cap(end, "irq", 0);
    int error = irq ? (int)seL4_IRQHandler_Ack(irq->cptr) : -ENOENT;
    if (error) {
        camkes_error(CE_SYSCALL_FAILED, end->interface, "the interrupt could not be acknowledged",
                     error);
    }
    return error;
}

static int init(const struct camkes_end *end)
{
    int error = camkes_notification_init(end);
    const struct camkes_cap *irq = camkes_end_cap(end, "irq", 0);
    if (error || !irq)
        return error ? error : -ENOENT;
    if (seL4_IRQHandler_SetNotification(irq->cptr, camkes_notification_cap(end)) ||
        acknowledge(end))
        return -EPERM;
    return 0;
}

static void thread(const struct camkes_end *end)
{
    if (!end->handle)
        camkes_notification_thread(end);
    for (;;) {
        camkes_notification_wait(end);
        end->handle();
    }
}

const struct camkes_connector camkes_connector_hardware_interrupt = {
    .name = "seL4HardwareInterrupt",
    .init = init,
    .thread = thread,
    .wait = camkes_notification_wait,
    .poll = camkes_notification_poll,
    .reg_callback = camkes_notification_reg_callback,
    .acknowledge = acknowledge,
};
