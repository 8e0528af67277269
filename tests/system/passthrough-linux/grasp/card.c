/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel's 82574: it writes what it receives, in loopback, and sends what it reads.
 * Rests on: 82574 datasheet, 7.1 (receive descriptors), 7.2 (transmit descriptors), 10.2.
 */
#include "grasp.h"

#include <string.h>

enum {
    CTRL = 0x0 / 4,
    CTRL_LINK_UP = 1 << 6,
    CTRL_RESET = 1 << 26,
    STATUS = 0x8 / 4,
    STATUS_LINK_UP = 1 << 1,
    IMC = 0xd8 / 4,
    RCTL = 0x100 / 4,
    RCTL_ENABLE = 1 << 1,
    RCTL_ALL = 1 << 3 | 1 << 4, /* whomever it is for */
    RCTL_LOOPBACK = 1 << 6,
    TCTL = 0x400 / 4,
    TCTL_ENABLE = 1 << 1,
    RING_LOW = 0,
    RING_HIGH = 1,
    RING_SIZE = 2,
    RING_HEAD = 4,
    RING_TAIL = 6,
    RX = 0x2800 / 4,
    TX = 0x3800 / 4,
    DESCRIPTORS = 8,
    DONE = 1,
    TX_WHOLE_FRAME = 1 << 24 | 1 << 25 | 1 << 27, /* its end, a checksum, and say when it is done */
    FRAME = 512,

    RX_PAGE = 0,
    TX_PAGE = 1,
    FRAME_PAGE = 2,
};

struct descriptor {
    uint32_t address, address_high;
    uint32_t size;   /* and, to be sent, the command */
    uint32_t status; /* bit 0: done */
};

static unsigned tails[2];

static void start_ring(struct device *device, unsigned ring, unsigned page)
{
    volatile uint32_t *registers = device->registers + ring;

    registers[RING_LOW] = (uint32_t)device->addresses[page];
    registers[RING_HIGH] = (uint32_t)(device->addresses[page] >> 32);
    registers[RING_SIZE] = DESCRIPTORS * sizeof(struct descriptor);
    registers[RING_HEAD] = 0;
    registers[RING_TAIL] = 0;
}

static void card_start(struct device *device)
{
    volatile uint32_t *registers = device->registers;

    registers[CTRL] = CTRL_RESET;
    await_bits(&registers[CTRL], CTRL_RESET, 0, "the card's reset");
    registers[IMC] = UINT32_MAX;
    registers[CTRL] = CTRL_LINK_UP;
    await_bits(&registers[STATUS], STATUS_LINK_UP, STATUS_LINK_UP, "the card's link");
    start_ring(device, RX, RX_PAGE);
    start_ring(device, TX, TX_PAGE);
    registers[TCTL] = TCTL_ENABLE;
    for (unsigned i = 0; i + sizeof(MARK) <= FRAME; i += sizeof(MARK) - 1)
        memcpy(device->pages[FRAME_PAGE] + i, MARK, sizeof(MARK) - 1);
}

/* Gives the card one descriptor more. */
static volatile uint32_t *queue(struct device *device, unsigned ring, unsigned page,
                                uint64_t address, uint32_t size)
{
    unsigned *tail = &tails[page];
    volatile struct descriptor *descriptor =
        (volatile struct descriptor *)device->pages[page] + *tail;

    descriptor->address = (uint32_t)address;
    descriptor->address_high = (uint32_t)(address >> 32);
    descriptor->size = size;
    descriptor->status = 0;
    *tail = (*tail + 1) % DESCRIPTORS;
    device->registers[ring + RING_TAIL] = *tail;
    return &descriptor->status;
}

static void send(struct device *device, uint64_t address)
{
    await_bits(queue(device, TX, TX_PAGE, address, FRAME | TX_WHOLE_FRAME), DONE, DONE,
               "a frame to be sent");
}

static void card_write(struct device *device, uint64_t address)
{
    device->registers[RCTL] = RCTL_ENABLE | RCTL_ALL | RCTL_LOOPBACK;
    volatile uint32_t *status = queue(device, RX, RX_PAGE, address, 0);
    send(device, device->addresses[FRAME_PAGE]);
    await_bits(status, DONE, DONE, "a frame to be received");
    device->registers[RCTL] = 0;
}

const struct driver card_driver = {
    .name = "card",
    .resource = "resource0",
    .size = 0x20000,
    .start = card_start,
    .write = card_write,
    .read = send,
};
