/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and tables of Intel VT-d units.
 *
 * Rests on: Intel VT-d specification (D51397), chapters 5, 6, 9 and 10.
 */
#pragma once

#include "cpu/pte.h"

enum {
    REG_CAPABILITY = 0x08,
    REG_EXTENDED = 0x10,
    REG_COMMAND = 0x18,
    REG_STATUS = 0x1c,
    REG_ROOT = 0x20,
    REG_FAULT_STATUS = 0x34,
    REG_FAULT_CONTROL = 0x38,
    REG_FAULT_DATA = 0x3c,
    REG_FAULT_ADDRESS = 0x40,
    REG_FAULT_ADDRESS_HIGH = 0x44,
    REG_PROTECTED = 0x64,
    REG_QUEUE_TAIL = 0x88,
    REG_QUEUE_ADDRESS = 0x90,
    REG_INTERRUPTS = 0xb8,
};

/* Command and status, 10.4.4 and 10.4.5. */
#define COMMAND_TRANSLATE       BIT(31)
#define COMMAND_ROOT            BIT(30)
#define COMMAND_FLUSH           BIT(27) /* the write buffer */
#define COMMAND_QUEUE           BIT(26)
#define COMMAND_INTERRUPTS      BIT(25)
#define COMMAND_INTERRUPT_TABLE BIT(24)
#define COMMAND_COMPATIBLE      BIT(23)     /* messages of the old format pass */
#define STATUS_LASTING          0x96ffffffu /* what a command must repeat */
#define PROTECTED_ON            BIT(31)
#define PROTECTED_STATUS        BIT(0)

#define CAPABILITY_DOMAINS(c)   ((c)&7)
#define CAPABILITY_WRITE_BUFFER BIT(4)
#define CAPABILITY_PROTECTED    (BIT(5) | BIT(6))
#define CAPABILITY_KEEPS_ABSENT BIT(7)
#define CAPABILITY_WIDTHS(c)    ((c) >> 8 & 31) /* bit 1: 3 levels, bit 2: 4 */
#define CAPABILITY_FAULTS(c)    (((c) >> 24 & 0x3ff) * 16)
#define CAPABILITY_LARGE(c)     ((c) >> 34 & 3) /* bit 0: 2 MiB, bit 1: 1 GiB */
#define CAPABILITY_PAGES        BIT(39)
#define CAPABILITY_FAULT_MAX(c) (((c) >> 40 & 0xff) + 1)
#define CAPABILITY_MASK_MAX(c)  ((c) >> 48 & 63)
#define CAPABILITY_DRAIN(c)     ((c) >> 54 & 3) /* writes, reads */
#define EXTENDED_COHERENT       BIT(0)
#define EXTENDED_QUEUE          BIT(1)
#define EXTENDED_INTERRUPTS     BIT(3)
#define EXTENDED_X2APIC         BIT(4)

/* Context entries. */
#define CONTEXT_PRESENT   BIT(0)
#define CONTEXT_QUIET     BIT(1)
#define CONTEXT_DOMAIN(d) ((uint64_t)(d) << 8)

/* Invalidation descriptors, 6.5.2. */
#define QUEUE_ENTRIES     256u
#define FLUSH_CONTEXT     1
#define FLUSH_PAGES       2
#define FLUSH_INTERRUPTS  4
#define FLUSH_WAIT        5
#define FLUSH_ALL         BIT(4)
#define FLUSH_DOMAIN      BIT(5)
#define FLUSH_ONE         (BIT(4) | BIT(5)) /* a device, or pages of a domain */
#define FLUSH_DRAIN_SHIFT 6
#define FLUSH_OF(domain)  ((uint64_t)(domain) << 16)
#define WAIT_WRITE        BIT(5)
#define WAIT_VALUE_SHIFT  32

/* Interrupt remapping: table address, 10.4.29; entries, 9.10, of two words. */
#define TABLE_SIZE_256     7
#define TABLE_X2APIC       BIT(11)
#define REMAP_PRESENT      BIT(0)
#define REMAP_LEVEL        BIT(4)
#define REMAP_VECTOR(v)    ((uint64_t)(v) << 16)
#define REMAP_XAPIC(id)    ((uint64_t)(id) << 40)
#define REMAP_X2APIC(id)   ((uint64_t)(id) << 32)
#define REMAP_CHECK_SENDER BIT(18)

/* Fault records, 10.4.14, as two words; fault status, 10.4.9. */
#define FAULT_PENDING       BIT(63)
#define FAULT_READ          BIT(62)
#define FAULT_REASON(hi)    ((uint8_t)((hi) >> 32))
#define REASON_INTERRUPT    0x20 /* the first of those of interrupt remapping */
#define REASON_INTERRUPTS   16
#define FAULT_HOLD          BIT(31) /* fault control, 10.4.10 */
#define FAULT_STATUS_ERRORS 0x71    /* overflow, errors of the queue: ones clear */
