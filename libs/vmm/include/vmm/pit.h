/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254 interval timer and the PC's port 0x61, which gates channel 2 and shows its output.
 * Rests on: Intel 8254 data sheet.
 */
#pragma once

#include <vmm/device.h>

#define PIT_HZ 1193182ull

struct pit_channel {
    uint32_t written; /* the count written last, 1 to 65536 */
    uint32_t reload;  /* the one that runs */
    uint64_t start;   /* ticks at which counting began */
    uint64_t held;    /* counts at which a low gate stopped it */
    uint64_t next;    /* ticks at which a new count takes over; 0: none waits */
    uint8_t mode;     /* 0 to 5 */
    uint8_t access;   /* 1 low byte, 2 high byte, 3 both */
    bool bcd, gate;
    bool next_low;   /* it takes over as the output falls (mode 3), not as it rises */
    bool counting;   /* a count runs, since the mode was set */
    bool write_high; /* the next byte written is the high one */
    bool read_high;  /* the next byte read is the high one */
    bool count_latched, status_latched;
    uint8_t low; /* first byte of a two-byte write */
    uint8_t status;
    uint16_t latch;
};

struct pit {
    struct pit_channel channel[3];
    uint8_t speaker; /* bits 1:0 of port 0x61 */
    const struct clock *clock;
    struct timer timer;
    struct irq_line irq;
};

void pit_init(struct pit *pit, const struct clock *clock, struct timers *timers,
              const struct irq_line *irq);
int pit_attach(struct pit *pit, struct port_bus *ports);
