/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The debug console: a 16550-compatible UART written by polling. The wait is bounded, so an absent
 * or stuck port costs time but never the machine. User-level drivers may own the same UART later:
 * the kernel then only adds bytes to the transmitter and leaves its configuration alone.
 *
 * Rests on: the 16550 data sheet (registers: THR, IER, FCR, LCR, MCR, LSR, divisor latch).
 */
#include "console.h"
#include "x86.h"

enum {
    UART_DATA = 0,
    UART_INTERRUPT_ENABLE = 1,
    UART_FIFO_CONTROL = 2,
    UART_LINE_CONTROL = 3,
    UART_MODEM_CONTROL = 4,
    UART_LINE_STATUS = 5,
};

#define LINE_CONTROL_8N1     0x03
#define LINE_CONTROL_DIVISOR 0x80
#define FIFO_ENABLE_CLEAR    0x07
#define MODEM_DTR_RTS_OUT2   0x0b
#define STATUS_THR_EMPTY     0x20
#define DIVISOR_115200       1
/* At 115200 baud a byte takes 87 µs and a status read about 1 µs. */
#define MAX_POLLS            100000

static uint16_t console_port;

void console_init(uint16_t port)
{
    console_port = port;
    if (port == 0)
        return;
    out8(port + UART_INTERRUPT_ENABLE, 0);
    out8(port + UART_LINE_CONTROL, LINE_CONTROL_DIVISOR | LINE_CONTROL_8N1);
    out8(port + UART_DATA, DIVISOR_115200);
    out8(port + UART_INTERRUPT_ENABLE, 0);
    out8(port + UART_LINE_CONTROL, LINE_CONTROL_8N1);
    out8(port + UART_FIFO_CONTROL, FIFO_ENABLE_CLEAR);
    out8(port + UART_MODEM_CONTROL, MODEM_DTR_RTS_OUT2);
}

static void put_byte(uint8_t c)
{
    for (int i = 0; i < MAX_POLLS; i++) {
        if (in8(console_port + UART_LINE_STATUS) & STATUS_THR_EMPTY)
            break;
        cpu_pause();
    }
    out8(console_port + UART_DATA, c);
}

void console_putc(char c)
{
    if (console_port == 0)
        return;
    if (c == '\n')
        put_byte('\r');
    put_byte((uint8_t)c);
}
