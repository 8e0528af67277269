/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts of real devices: lines, which stay silent from an interrupt until the guest has served
 * it, and messages. Badges of signals that came together are or'ed, and several interrupts may have
 * the same, so the guest may be told of one that has not come; drivers bear that.
 */
#include "sel4_devices_private.h"

#include <errno.h>

/* seL4_IRQHandler_Ack() without an answer, so the guest's registers stay where they are. */
static void acknowledge(seL4_CPtr handler)
{
    seL4_NBSendWithMRs(handler, seL4_MessageInfo_new(IRQAckIRQ, 0, 0, 0), NULL, NULL, NULL, NULL);
}

/* --- Lines --- */

/* Of the functions that share a line, any may have raised it: it is served when all are. */
void sel4_device_intx_served(void *ctx)
{
    struct sel4_function *function = ctx;
    const struct sel4_devices *devices = function->devices;

    function->raised = false;
    for (unsigned i = 0; i < devices->functions; i++)
        if (devices->function[i].line == function->line && devices->function[i].raised)
            return;
    acknowledge(function->line->handler);
}

static void line_served(void *ctx)
{
    const struct sel4_line *line = ctx;

    acknowledge(line->handler);
}

static void raise_line(const struct sel4_devices *devices, struct sel4_line *line)
{
    if (!line->of_function) {
        pass_raise_line(&line->line);
        return;
    }
    for (unsigned i = 0; i < devices->functions; i++) {
        struct sel4_function *function = &devices->function[i];

        if (function->line == line && function->function)
            function->raised = pass_intx(function->function);
    }
}

void sel4_device_start_lines(struct sel4_devices *devices)
{
    for (unsigned i = 0; i < devices->functions; i++)
        if (devices->function[i].function && devices->function[i].line)
            devices->function[i].line->of_function = true;
    for (unsigned i = 0; i < devices->lines; i++) {
        struct sel4_line *line = &devices->line[i];

        line->line.served = line_served;
        line->line.ctx = line;
        if (!line->of_function)
            pass_add_line(devices->vmm, &line->line);
    }
}

/* --- Messages --- */

int sel4_device_message(void *ctx, unsigned number, uint64_t *address, uint32_t *data)
{
    const struct sel4_function *function = ctx;
    seL4_X86_IRQHandler_GetMessage_t message;

    if (number >= function->messages)
        return -ENOENT;
    vmm_keep_registers(&function->devices->vmm->vcpu);
    message = seL4_X86_IRQHandler_GetMessage(function->message[number].handler);
    *address = message.address;
    *data = (uint32_t)message.data;
    return message.error ? -EIO : 0;
}

/* --- All of them --- */

static bool has(uint64_t badge, uint64_t bits)
{
    return bits && (badge & bits) == bits;
}

/* No two of a function's have the same badge. */
static void take_messages(struct sel4_function *function, uint64_t badge)
{
    uint64_t left = function->function ? badge & function->badges : 0;

    for (unsigned m = 0; left != 0 && m < function->messages; m++) {
        uint64_t bits = function->message[m].badge;

        if (has(left, bits))
            pass_message(function->function, m);
        left &= ~bits;
    }
}

void sel4_devices_notify(struct sel4_devices *devices, uint64_t badge)
{
    for (unsigned i = 0; (badge & SEL4_DEVICES_LINES) && i < devices->lines; i++)
        if (has(badge, devices->line[i].badge))
            raise_line(devices, &devices->line[i]);
    for (unsigned i = 0; (badge & SEL4_DEVICES_MESSAGES) && i < devices->functions; i++)
        if (badge & devices->function[i].badges)
            take_messages(&devices->function[i], badge);
    for (unsigned i = 0; (badge & SEL4_DEVICES_FAULT) && i < devices->functions; i++)
        sel4_iospace_fault(&devices->function[i]);
}

void sel4_devices_reset(struct sel4_devices *devices)
{
    for (unsigned i = 0; i < devices->functions; i++)
        devices->function[i].raised = false;
    for (unsigned i = 0; i < devices->lines; i++)
        (void)seL4_IRQHandler_Ack(devices->line[i].handler);
}
