/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's serial line on the platform's console, line by line.
 */
#include "machine_private.h"

void vmm_flush_console(vmm_t *vmm)
{
    if (vmm->console_used) {
        vmm_keep_registers(&vmm->vcpu);
        vmm->platform.console_write(vmm, vmm->console, vmm->console_used);
        vmm->console_used = 0;
    }
}

static void console_byte(void *ctx, uint8_t byte)
{
    vmm_t *vmm = ctx;

    vmm->console[vmm->console_used++] = (char)byte;
    if (byte == '\n' || vmm->console_used == VMM_CONSOLE_BYTES)
        vmm_flush_console(vmm);
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
}

static void console_room(void *ctx)
{
    vmm_console_ready(ctx);
}

void console_reset(vmm_t *vmm, const struct irq_line *irq)
{
    uart_init(&vmm->uart, UART_COM1_PORT, irq, console_byte, console_room, vmm);
}
