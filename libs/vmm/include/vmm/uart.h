/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550A serial port with FIFOs and interrupts. Its line is infinitely fast: a byte that the
 * guest sends is gone at once, so the transmitter is always empty.
 * Rests on: National Semiconductor PC16550D data sheet.
 */
#pragma once

#include <vmm/device.h>

#define UART_FIFO_BYTES 16
#define UART_COM1_PORT  0x3f8
#define UART_COM1_IRQ   4

struct uart {
    uint8_t ier, lcr, mcr, scratch, lsr_errors, msr_delta, fcr;
    uint16_t divisor;
    uint8_t fifo[UART_FIFO_BYTES];
    unsigned head, used;
    bool thre_pending; /* transmitter-empty interrupt is waiting to be seen */
    uint16_t port;
    struct irq_line irq;
    void (*transmit)(void *ctx, uint8_t byte);
    void (*receive_ready)(void *ctx); /* room in the receive FIFO: uart_receive() will succeed */
    void *ctx;
};

void uart_init(struct uart *uart, uint16_t port, const struct irq_line *irq,
               void (*transmit)(void *, uint8_t), void (*receive_ready)(void *), void *ctx);
int uart_attach(struct uart *uart, struct port_bus *ports);
/* How many bytes it would take now. */
unsigned uart_room(const struct uart *uart);
/* Whether what arrives interrupts. */
bool uart_listens(const struct uart *uart);
/* A byte arrives; false if the FIFO is full (the caller keeps it). */
bool uart_receive(struct uart *uart, uint8_t byte);
