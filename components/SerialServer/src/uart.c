/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PC16550D (its data sheet: registers, FIFO, interrupt identification).
 */
#include "uart.h"

#include <base/bits.h>
#include <base/pace.h>
#include <camkes.h>

#define PORT 0x3f8

#define REG_DATA 0 /* receive, transmit; divisor low while LCR_DLAB */
#define REG_IER  1 /* divisor high while LCR_DLAB */
#define REG_IIR  2
#define REG_FCR  2
#define REG_LCR  3
#define REG_MCR  4
#define REG_LSR  5
#define REG_MSR  6

#define IER_RECEIVE  0x01
#define IER_TRANSMIT 0x02

#define IIR_NONE 0x01

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

/*
 * A line that is faster than we are must not take all the time: one tick in so many, and after a
 * rest a few milliseconds at once.
 */
#define TIME_SHARE 10
#define TIME_BURST 20000000

static char queue[QUEUE_SIZE];
static uint32_t queue_in, queue_out;
static uint8_t ier = IER_RECEIVE;
static struct pace pace; /* of transmitting */
static bool paced;

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

/* As many characters as the FIFO takes, as often as it is empty, within the share of the time. */
static void transmit(void)
{
    uint64_t now = __builtin_ia32_rdtsc();
    bool busy = false;
    paced = false;
    while (queue_out != queue_in && !busy && !paced) {
        uint64_t start = now;
        busy = !(reg_read(REG_LSR) & LSR_TRANSMIT_EMPTY);
        for (unsigned i = 0; !busy && i < FIFO_SIZE && queue_out != queue_in; i++)
            reg_write(REG_DATA, (uint8_t)queue[queue_out++ % QUEUE_SIZE]);
        now = __builtin_ia32_rdtsc();
        pace_charge(&pace, start, (now - start) * TIME_SHARE);
        paced = queue_out != queue_in && pace_next(&pace, TIME_BURST) > now;
    }
    enable(queue_out != queue_in && !paced ? ier | IER_TRANSMIT : ier & (uint8_t)~IER_TRANSMIT);
}

bool uart_is_paced(void)
{
    return paced;
}

size_t uart_queued(void)
{
    return queue_in - queue_out;
}

void uart_write(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && queue_in - queue_out < QUEUE_SIZE; i++)
        queue[queue_in++ % QUEUE_SIZE] = bytes[i];
    transmit();
}

/* True if characters had to stay in the UART. */
static bool take_received(void (*receive)(uint8_t c), bool (*room)(void))
{
    for (;;) {
        uint8_t status = reg_read(REG_LSR);
        if (status == 0xff || !(status & LSR_RECEIVED))
            return false; /* all read, or there is no UART */
        if (!room())
            return true;
        receive(reg_read(REG_DATA));
    }
}

bool uart_interrupt(void (*receive)(uint8_t c), bool (*room)(void))
{
    bool held;
    /*
     * The line is edge triggered: it must have been low once before we leave. While characters are
     * held back their interrupt is off, so that it is.
     */
    do {
        held = take_received(receive, room);
        enable(held ? ier & (uint8_t)~IER_RECEIVE : ier | IER_RECEIVE);
        reg_read(REG_MSR);
        transmit();
    } while (!(reg_read(REG_IIR) & IIR_NONE) && reg_read(REG_LSR) != 0xff);
    return held;
}
