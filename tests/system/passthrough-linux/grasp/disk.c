/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AHCI: it writes to memory what is in a sector of the disk, and to the next ones what it reads.
 * Rests on: AHCI 1.3.1, 3.1, 3.3 (registers), 4.2 (memory), 10.3 (ports).
 */
#include "grasp.h"

enum {
    GHC = 0x4 / 4,
    GHC_RESET = 1 << 0,
    GHC_AHCI = 1u << 31,
    PORT = 0x100 / 4,
    LIST = PORT + 0x0 / 4,
    LIST_HIGH = PORT + 0x4 / 4,
    RECEIVED = PORT + 0x8 / 4,
    RECEIVED_HIGH = PORT + 0xc / 4,
    COMMAND = PORT + 0x18 / 4,
    COMMAND_START = 1 << 0,
    COMMAND_RECEIVE = 1 << 4,
    TASK_FILE = PORT + 0x20 / 4,
    TASK_FILE_BUSY = 1 << 7 | 1 << 3,
    ISSUE = PORT + 0x38 / 4,

    HEADER = 5 | 1 << 16, /* five words, one piece of memory */
    HEADER_WRITES = 1 << 6,
    HOST_TO_DEVICE = 0x27 | 1 << 15,
    LBA = 0x40u << 24,
    READ_DMA_EXT = 0x25 << 16,
    WRITE_DMA_EXT = 0x35 << 16,
    PIECES = 0x80 / 4, /* of the command's table */
    SECTOR = 512,
    FIRST = 49152, /* where the test has put the mark */

    LIST_PAGE = 0,
    RECEIVED_PAGE = 1,
    TABLE_PAGE = 2,
};

static void disk_start(struct device *device)
{
    volatile uint32_t *registers = device->registers;

    /* The firmware may have left the port at work. */
    registers[GHC] = GHC_AHCI | GHC_RESET;
    await_bits(&registers[GHC], GHC_RESET, 0, "the controller's reset");
    registers[GHC] = GHC_AHCI;
    registers[LIST] = (uint32_t)device->addresses[LIST_PAGE];
    registers[LIST_HIGH] = (uint32_t)(device->addresses[LIST_PAGE] >> 32);
    registers[RECEIVED] = (uint32_t)device->addresses[RECEIVED_PAGE];
    registers[RECEIVED_HIGH] = (uint32_t)(device->addresses[RECEIVED_PAGE] >> 32);
    registers[COMMAND] |= COMMAND_RECEIVE;
    await_bits(&registers[TASK_FILE], TASK_FILE_BUSY, 0, "the disk");
    registers[COMMAND] |= COMMAND_START;
}

static void transfer(struct device *device, uint32_t header, uint32_t command, uint32_t sector,
                     uint64_t address)
{
    volatile uint32_t *list = (volatile uint32_t *)device->pages[LIST_PAGE];
    volatile uint32_t *table = (volatile uint32_t *)device->pages[TABLE_PAGE];

    list[0] = HEADER | header;
    list[1] = 0;
    list[2] = (uint32_t)device->addresses[TABLE_PAGE];
    list[3] = (uint32_t)(device->addresses[TABLE_PAGE] >> 32);
    table[0] = HOST_TO_DEVICE | command;
    table[1] = sector | LBA;
    table[2] = 0;
    table[3] = 1; /* sector */
    table[PIECES] = (uint32_t)address;
    table[PIECES + 1] = (uint32_t)(address >> 32);
    table[PIECES + 2] = 0;
    table[PIECES + 3] = SECTOR - 1;
    device->registers[ISSUE] = 1;
    await_bits(&device->registers[ISSUE], 1, 0, "a command's end");
}

static void disk_write(struct device *device, uint64_t address)
{
    transfer(device, 0, READ_DMA_EXT, FIRST, address);
}

static void disk_read(struct device *device, uint64_t address)
{
    static uint32_t sector = FIRST;

    transfer(device, HEADER_WRITES, WRITE_DMA_EXT, ++sector, address);
}

const struct driver disk_driver = {
    .name = "disk",
    .resource = "resource5",
    .size = 0x1000,
    .start = disk_start,
    .write = disk_write,
    .read = disk_read,
};
