/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's serial line on the platform's console. What the guest sends is passed on when it
 * sleeps, when one of its timers is due or the buffer is full, and after 10 ms at the latest: most
 * guests have a tick, and pay for no call and no wake-up beside it.
 */
#include "machine_private.h"

#define CONSOLE_WAIT_NS 10000000u

void vmm_flush_console(vmm_t *vmm)
{
    if (vmm->console_used) {
        vmm_keep_registers(&vmm->vcpu);
        vmm->platform.console_write(vmm, vmm->console, vmm->console_used);
        vmm->console_used = 0;
        timer_disarm(&vmm->console_timer);
    }
}

static void console_byte(void *ctx, uint8_t byte)
{
    vmm_t *vmm = ctx;

    if (!vmm->console_used)
        timer_arm(&vmm->console_timer,
                  clock_now(&vmm->clock) + clock_from_ns(&vmm->clock, CONSOLE_WAIT_NS));
    vmm->console[vmm->console_used++] = (char)byte;
    if (vmm->console_used == VMM_CONSOLE_BYTES)
        vmm_flush_console(vmm);
}

static void console_due(void *ctx, uint64_t now)
{
    (void)now;
    vmm_flush_console(ctx);
}

void vmm_console_ready(vmm_t *vmm)
{
    char text[UART_FIFO_BYTES];
    size_t size = uart_room(&vmm->uart);

    if (!size)
        return; /* it stays where it is until the guest has read what it has */
    vmm_keep_registers(&vmm->vcpu);
    size = vmm->platform.console_read(vmm, text, size);
    for (size_t i = 0; i < size; i++)
        uart_receive(&vmm->uart, (uint8_t)text[i]);
    /*
     * A guest that does not listen may be asleep ("freeze"): Linux shuts the port down then. Who
     * types wants it back.
     */
    if (size && !uart_listens(&vmm->uart))
        acpi_pm_signal(&vmm->acpi, ACPI_EVENT_FIRMWARE);
}

static void console_room(void *ctx)
{
    vmm_console_ready(ctx);
}

void console_reset(vmm_t *vmm, const struct irq_line *irq)
{
    timer_init(&vmm->console_timer, &vmm->timers, console_due, vmm);
    uart_init(&vmm->uart, UART_COM1_PORT, irq, console_byte, console_room, vmm);
}
