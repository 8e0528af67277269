/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time-stamp counter as the kernel's clock.
 */
#pragma once

#include <stdint.h>

/* Ticks of the TSC per second. */
extern uint64_t tsc_hz;

/* Finds tsc_hz, and with it the local APIC timer's rate (lapic_timer_hz in lapic.h). */
void tsc_calibrate(void);
