/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and tables of AMD-Vi units.
 *
 * Rests on: AMD I/O Virtualization Technology specification (48882), chapters 2 and 3.
 */
#pragma once

#include "cpu/pte.h"

#define REGISTERS_SIZE (4 * PAGE_SIZE_4K)
enum {
    REG_DEVICES = 0x00,
    REG_COMMANDS = 0x08,
    REG_EVENTS = 0x10,
    REG_CONTROL = 0x18,
    REG_EXCLUDED = 0x20,
    REG_FEATURES = 0x30,
    REG_COMMAND_HEAD = 0x2000,
    REG_COMMAND_TAIL = 0x2008,
    REG_EVENT_HEAD = 0x2010,
    REG_EVENT_TAIL = 0x2018,
    REG_STATUS = 0x2020,
};

#define CONTROL_ON        BIT(0)
#define CONTROL_EVENTS    BIT(2)
#define CONTROL_EVENT_INT BIT(3)
#define CONTROL_COHERENT  BIT(10)
#define CONTROL_COMMANDS  BIT(12)
#define STATUS_OVERFLOW   BIT(0)
#define STATUS_EVENT_INT  BIT(1)
#define STATUS_EVENTS     BIT(3) /* the log is on */

/* Device table entries: four words. */
#define DEVICE_COUNT      BIT(16)
#define DEVICE_VALID      BIT(0)
#define DEVICE_TABLE      BIT(1) /* what follows of translation is valid */
#define DEVICE_LEVELS     9      /* shift */
#define DEVICE_READ       BIT(61)
#define DEVICE_WRITE      BIT(62)
#define DEVICE_QUIET      BIT(34) /* word 1: no page faults are recorded */
/* Word 2, interrupts: a table of 256 entries, or an abort. */
#define DEVICE_INTERRUPTS BIT(0)
#define DEVICE_TABLE_256  (8ul << 1)
#define DEVICE_REMAP      (2ul << 60)
#define REMAP_ON          BIT(0)
#define REMAP_TO(v, id)   ((uint32_t)(v) << 16 | (id) << 8)
#define REMAP_ENTRIES     256
#define REMAP_TABLES      128 /* each device with messages has one; there are fewer interrupts */
#define ENTRY_COHERENT    BIT(60)
#define LEVELS            3

/* Commands, of two words; RING_SIZE says how many there is room for. */
#define RING_ENTRIES       256u
#define RING_SIZE          (8ul << 56)
#define COMMAND_WAIT       (1ul << 60)
#define COMMAND_DEVICE     (2ul << 60)
#define COMMAND_PAGES      (3ul << 60)
#define COMMAND_INTERRUPTS (5ul << 60)
#define COMMAND_ALL        (8ul << 60)
#define FEATURE_FLUSH_ALL  BIT(6)
#define WAIT_WRITE         BIT(0)
#define PAGES_MANY         BIT(0) /* word 1: ones from bit 12 up tell how many */
#define PAGES_TABLES       BIT(1) /* tables as well as pages */
#define PAGES_ALL          0x7ffffffffffff000ul
#define PAGES_DOMAIN(d)    ((uint64_t)(d) << 32)

/* Events, of two words: 2.5. */
#define EVENT_CODE(lo)      ((unsigned)((lo) >> 60))
#define EVENT_BAD_DEVICE    1
#define EVENT_PAGE_FAULT    2
#define EVENT_BAD_REQUEST   8
#define EVENT_INTERRUPT     BIT(51)
#define EVENT_WRITE         BIT(53)
#define EVENT_WRITE_OF_QEMU BIT(49)
