/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PC16550D (its data sheet: registers, FIFO, interrupt identification).
 */
#include "uart.h"

#include <base/bits.h>
#include <camkes.h>
#include <string.h>

#define PORT 0x3f8

#define REG_DATA 0 /* receive, transmit; divisor low while LCR_DLAB */
#define REG_IER  1 /* divisor high while LCR_DLAB */
#define REG_FCR  2
#define REG_LCR  3
#define REG_MCR  4
#define REG_LSR  5

#define IER_RECEIVE  0x01
#define IER_TRANSMIT 0x02

#define FCR_ENABLE    0x01
#define FCR_CLEAR     0x06
#define FCR_TRIGGER_8 0x80

#define LCR_8N1  0x03
#define LCR_DLAB 0x80

#define MCR_DTR_RTS 0x03
#define MCR_OUT2    0x08 /* lets interrupts out on a PC */

#define LSR_RECEIVED       0x01
#define LSR_TRANSMIT_EMPTY 0x20

#define DIVISOR_115200 1
#define FIFO_SIZE      16

#define QUEUE_SIZE KIB(16) /* a power of two */

static char queue[QUEUE_SIZE];
static uint32_t queue_in, queue_out;
static uint8_t ier = IER_RECEIVE;

static uint8_t reg_read(unsigned reg)
{
    return serial_port_in8((uint16_t)(PORT + reg));
}

static void reg_write(unsigned reg, uint8_t value)
{
    serial_port_out8((uint16_t)(PORT + reg), value);
}

void uart_init(void)
{
    reg_write(REG_IER, 0);
    reg_write(REG_LCR, LCR_DLAB | LCR_8N1);
    reg_write(REG_DATA, DIVISOR_115200);
    reg_write(REG_IER, 0);
    reg_write(REG_LCR, LCR_8N1);
    reg_write(REG_FCR, FCR_ENABLE | FCR_CLEAR | FCR_TRIGGER_8);
    reg_write(REG_MCR, MCR_DTR_RTS | MCR_OUT2);
    reg_write(REG_IER, ier);
}

static void enable(uint8_t wanted)
{
    if (wanted != ier) {
        ier = wanted;
        reg_write(REG_IER, ier);
    }
}

size_t uart_queued(void)
{
    return queue_in - queue_out;
}

void uart_write(const char *bytes, size_t size)
{
    size = MIN(size, QUEUE_SIZE - uart_queued());
    size_t start = queue_in % QUEUE_SIZE, first = MIN(size, QUEUE_SIZE - start);
    memcpy(queue + start, bytes, first);
    memcpy(queue, bytes + first, size - first);
    queue_in += (uint32_t)size;
}

unsigned uart_send(void)
{
    unsigned sent = 0;
    uint8_t status = queue_out != queue_in ? reg_read(REG_LSR) : 0;
    if (status == 0xff)
        queue_out = queue_in; /* there is no UART */
    else if (status & LSR_TRANSMIT_EMPTY)
        for (; sent < FIFO_SIZE && queue_out != queue_in; sent++)
            reg_write(REG_DATA, (uint8_t)queue[queue_out++ % QUEUE_SIZE]);
    return sent;
}

void uart_want_more(bool wanted)
{
    enable(wanted ? ier | IER_TRANSMIT : ier & (uint8_t)~IER_TRANSMIT);
}

/* True if characters had to stay in the UART. */
static bool take_received(void (*receive)(uint8_t c), bool (*room)(void))
{
    for (unsigned i = 0; i < FIFO_SIZE; i++) {
        uint8_t status = reg_read(REG_LSR);
        if (status == 0xff || !(status & LSR_RECEIVED))
            break; /* all read, or there is no UART */
        if (!room())
            return true;
        receive(reg_read(REG_DATA));
    }
    return false;
}

bool uart_receive(void (*receive)(uint8_t c), bool (*room)(void))
{
    bool held = take_received(receive, room);
    /* While characters are held back their interrupt is off. */
    enable(held ? ier & (uint8_t)~IER_RECEIVE : ier | IER_RECEIVE);
    return held;
}

void uart_end_interrupt(void)
{
    reg_write(REG_IER, 0);
    reg_write(REG_IER, ier);
}
