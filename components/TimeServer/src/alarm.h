/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one hardware timer that interrupts: timer 0 of the HPET, or channel 0 of the 8254.
 */
#pragma once

#include <stdint.h>

/* Finds the hardware. `clock` tells the time in nanoseconds. */
void alarm_init(uint64_t (*clock)(void));

/*
 * To be called at interrupts: compares the timer's rate with that of the clock, and corrects it
 * once enough time has passed, so that alarms are neither early nor late by more than that clock.
 */
void alarm_tune(void);

/*
 * An interrupt in about `ns` nanoseconds, or earlier where that is further than the hardware
 * reaches. It replaces the one asked for before.
 */
void alarm_set(uint64_t ns);
