/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared between the halves of the local APIC: lapic.c (messages, timer, power-on state) and
 * lapic_registers.c (what the guest reads and writes).
 */
#pragma once

#include <vmm/lapic.h>

#define SVR_ENABLE     BIT(8)
#define LVT_MASKED     BIT(16)
#define TIMER_MODE     (3u << 17)
#define TIMER_DEADLINE (2u << 17)

bool lapic_enabled(const struct lapic *lapic);
bool lapic_is_x2apic(const struct lapic *lapic);
/* False: there is no such vector. */
bool lapic_request(struct lapic *lapic, uint8_t vector, bool level);
/* The first one since the ESR was written interrupts (10.5.3). */
void lapic_report_error(struct lapic *lapic, uint32_t error);
void lapic_timer_restart(struct lapic *lapic, uint64_t now);
uint32_t lapic_timer_current(const struct lapic *lapic);
uint64_t lapic_mmio_read(void *ctx, uint64_t offset, unsigned size);
void lapic_mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value);
