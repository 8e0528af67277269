/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 16550A (uart.h).
 */
#include <vmm/uart.h>

#include <string.h>

enum {
    DATA = 0,
    IER = 1,
    IIR = 2, /* FCR when written */
    LCR = 3,
    MCR = 4,
    LSR = 5,
    MSR = 6,
    SCRATCH = 7,
};

#define IER_RECEIVE   0x01
#define IER_TRANSMIT  0x02
#define IER_LINE      0x04
#define IER_MODEM     0x08
#define IIR_NONE      0x01
#define IIR_MODEM     0x00
#define IIR_TRANSMIT  0x02
#define IIR_RECEIVE   0x04
#define IIR_LINE      0x06
#define IIR_FIFO      0xc0
#define FCR_ENABLE    0x01
#define FCR_CLEAR_RX  0x02
#define LCR_DLAB      0x80
#define MCR_DTR       0x01
#define MCR_RTS       0x02
#define MCR_OUT1      0x04
#define MCR_OUT2      0x08
#define MCR_LOOP      0x10
#define LSR_DATA      0x01
#define LSR_OVERRUN   0x02
#define LSR_TX_EMPTY  0x60
#define MSR_CONNECTED 0xb0 /* DCD, DSR, CTS */

static unsigned capacity(const struct uart *uart)
{
    return uart->fcr & FCR_ENABLE ? UART_FIFO_BYTES : 1;
}

static uint8_t cause(const struct uart *uart)
{
    if ((uart->ier & IER_LINE) && uart->lsr_errors)
        return IIR_LINE;
    if ((uart->ier & IER_RECEIVE) && uart->used)
        return IIR_RECEIVE;
    if ((uart->ier & IER_TRANSMIT) && uart->thre_pending)
        return IIR_TRANSMIT;
    if ((uart->ier & IER_MODEM) && uart->msr_delta)
        return IIR_MODEM;
    return IIR_NONE;
}

static void update_irq(struct uart *uart)
{
    /* OUT2 is the gate between a PC's UART and its interrupt line; loopback closes it. */
    bool wired = (uart->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;

    irq_line_set(&uart->irq, wired && cause(uart) != IIR_NONE);
}

static uint8_t modem_status(const struct uart *uart)
{
    if (!(uart->mcr & MCR_LOOP))
        return MSR_CONNECTED;
    return (uint8_t)((uart->mcr & MCR_RTS ? 0x10 : 0) | (uart->mcr & MCR_DTR ? 0x20 : 0) |
                     (uart->mcr & MCR_OUT1 ? 0x40 : 0) | (uart->mcr & MCR_OUT2 ? 0x80 : 0));
}

static bool push(struct uart *uart, uint8_t byte)
{
    if (uart->used >= capacity(uart))
        return false;
    uart->fifo[(uart->head + uart->used) % UART_FIFO_BYTES] = byte;
    uart->used++;
    return true;
}

unsigned uart_room(const struct uart *uart)
{
    return uart->mcr & MCR_LOOP || uart->used >= capacity(uart) ? 0 : capacity(uart) - uart->used;
}

bool uart_listens(const struct uart *uart)
{
    return uart->ier & IER_RECEIVE;
}

bool uart_receive(struct uart *uart, uint8_t byte)
{
    if (!uart_room(uart) || !push(uart, byte))
        return false;
    update_irq(uart);
    return true;
}

static void tell_room(struct uart *uart)
{
    if (uart_room(uart) && uart->receive_ready)
        uart->receive_ready(uart->ctx);
}

static uint8_t pop(struct uart *uart)
{
    uint8_t byte = uart->fifo[uart->head];

    if (uart->used) {
        uart->head = (uart->head + 1) % UART_FIFO_BYTES;
        uart->used--;
        if (!uart->used)
            tell_room(uart);
    }
    return byte;
}

static void send(struct uart *uart, uint8_t byte)
{
    if (uart->mcr & MCR_LOOP) {
        if (!push(uart, byte))
            uart->lsr_errors |= LSR_OVERRUN;
    } else {
        uart->transmit(uart->ctx, byte);
    }
    uart->thre_pending = true;
}

static uint32_t uart_in(void *ctx, uint16_t port, unsigned size)
{
    struct uart *uart = ctx;
    uint8_t value;

    (void)size;
    switch (port - uart->port) {
    case LSR: /* first: consoles poll it before every byte */
        value = (uint8_t)(LSR_TX_EMPTY | uart->lsr_errors | (uart->used ? LSR_DATA : 0));
        if (uart->lsr_errors) {
            uart->lsr_errors = 0;
            update_irq(uart);
        }
        return value;
    case DATA:
        if (uart->lcr & LCR_DLAB)
            return uart->divisor & 0xff;
        value = pop(uart);
        update_irq(uart);
        return value;
    case IER:
        return uart->lcr & LCR_DLAB ? uart->divisor >> 8 : uart->ier;
    case IIR:
        value = cause(uart);
        if (value == IIR_TRANSMIT) {
            uart->thre_pending = false; /* reading IIR is what clears this one */
            update_irq(uart);
        }
        return value | (uart->fcr & FCR_ENABLE ? IIR_FIFO : 0);
    case LCR:
        return uart->lcr;
    case MCR:
        return uart->mcr;
    case MSR:
        value = modem_status(uart) | uart->msr_delta;
        uart->msr_delta = 0;
        update_irq(uart);
        return value;
    default:
        return uart->scratch;
    }
}

static void write_fcr(struct uart *uart, uint8_t value)
{
    if ((value & FCR_CLEAR_RX) || ((value ^ uart->fcr) & FCR_ENABLE))
        uart->used = 0;
    uart->fcr = value & (FCR_ENABLE | 0xc8);
}

static void write_mcr(struct uart *uart, uint8_t value)
{
    uint8_t before = modem_status(uart), changed;

    uart->mcr = value & 0x1f;
    changed = before ^ modem_status(uart);
    uart->msr_delta |= changed >> 4 & 0x0b;
    if ((before & 0x40) && (changed & 0x40))
        uart->msr_delta |= 0x04; /* ring indicator: the trailing edge only */
}

static void uart_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct uart *uart = ctx;
    uint8_t byte = (uint8_t)value;

    (void)size;
    switch (port - uart->port) {
    case DATA:
        if (uart->lcr & LCR_DLAB) {
            uart->divisor = (uint16_t)((uart->divisor & 0xff00) | byte);
            return;
        }
        send(uart, byte);
        if (!(uart->ier & IER_TRANSMIT) && !(uart->mcr & MCR_LOOP))
            return; /* a polled console: no interrupt can change */
        break;
    case IER:
        if (uart->lcr & LCR_DLAB) {
            uart->divisor = (uint16_t)((uart->divisor & 0xff) | byte << 8);
            return;
        }
        if ((byte & IER_TRANSMIT) && !(uart->ier & IER_TRANSMIT))
            uart->thre_pending = true; /* enabling it with an empty transmitter raises it */
        uart->ier = byte & 0x0f;
        break;
    case IIR:
        write_fcr(uart, byte);
        tell_room(uart);
        break;
    case LCR:
        uart->lcr = byte;
        break;
    case MCR:
        write_mcr(uart, byte);
        tell_room(uart);
        break;
    case SCRATCH:
        uart->scratch = byte;
        return;
    default: /* LSR and MSR are read-only */
        return;
    }
    update_irq(uart);
}

void uart_init(struct uart *uart, uint16_t port, const struct irq_line *irq,
               void (*transmit)(void *, uint8_t), void (*receive_ready)(void *), void *ctx)
{
    memset(uart, 0, sizeof(*uart));
    uart->port = port;
    uart->irq = *irq;
    uart->transmit = transmit;
    uart->receive_ready = receive_ready;
    uart->ctx = ctx;
    uart->divisor = 12; /* 9600 baud, as firmware leaves it */
    uart->lcr = 0x03;
    uart->thre_pending = true;
}

int uart_attach(struct uart *uart, struct port_bus *ports)
{
    const struct port_range range = {"UART",   uart->port, (uint16_t)(uart->port + 7), 1, uart_in,
                                     uart_out, uart};

    return port_bus_add(ports, &range);
}
