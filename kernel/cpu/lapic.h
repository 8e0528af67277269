/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC: end of interrupt, and the timer that ends a thread's time slice.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Rate of the local APIC's timer, from tsc_calibrate(). */
extern uint64_t lapic_timer_hz;

/* Maps the registers; once. `paddr` is what the ACPI MADT says. */
void lapic_map(uint64_t paddr);
/* Enables this core's local APIC with its timer masked. */
void lapic_init_core(void);

uint32_t lapic_id(void);
/* It takes identities of 32 bits. */
bool lapic_is_x2apic(void);
void lapic_eoi(void);
/* This vector has come as an interrupt, which has not been ended yet. */
bool lapic_in_service(uint64_t vector);
/* True if an interrupt waits that the kernel has a use for. */
bool lapic_requested(void);

/* The raw countdown, for calibration; 0 stops it. */
void lapic_timer_start(uint32_t count);
uint32_t lapic_timer_left(void);

/* One interrupt on VECTOR_TIMER in so many microseconds; 0 cancels it. */
void lapic_timer_oneshot(uint64_t microseconds);
