/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254 as a source of interrupts: channel 0 in mode 0 lowers its output when it is programmed
 * and raises it for good at the end of the count. On a PC that is ISA interrupt 0, which the
 * firmware's tables send to pin 2 of the first I/O APIC.
 */
#pragma once

#include <sel4/sel4.h>
#include <stdbool.h>
#include <stdint.h>

/* Gets the ports; false if that failed. */
bool pit_get(void);
/* An interrupt in so many 838-nanosecond ticks, 1 to 65,535. */
void pit_start(unsigned ticks);
/* From now on counts are below 256, and to start one takes a single write. */
void pit_short(void);
void pit_start_short(uint8_t ticks);
/* An edge every so many ticks, from 2 on, until the next start. */
void pit_periodic(uint8_t ticks);
/* The line is low for the next 55 ms. */
void pit_low(void);
/* The line is high, and no edge will come by itself (the firmware's clock did tick). */
void pit_quiet(void);
/* A new handler for the timer's pin. */
seL4_Error pit_handler(seL4_CPtr *handler, bool level);
/* 5 ms: longer than a count of 1000, and much shorter than the longest count. */
void spin(void);
