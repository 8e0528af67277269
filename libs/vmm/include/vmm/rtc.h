/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MC146818 clock with its CMOS memory, at ports 0x70 and 0x71.
 * Rests on: Motorola MC146818A data sheet; the century byte is the one ACPI's FADT names.
 */
#pragma once

#include <vmm/device.h>

#define RTC_CMOS_BYTES 128
#define RTC_CENTURY    0x32

struct rtc {
    uint8_t index;
    uint8_t cmos[RTC_CMOS_BYTES];
    int64_t offset; /* seconds since 1970 at clock zero, as the guest has set it */
    int64_t halted; /* the time shown while the guest holds SET */
    int64_t alarm_checked;
    int64_t shown; /* the time that the time bytes hold, and in which format */
    uint8_t shown_format;
    const struct clock *clock;
    struct timer timer;
    uint64_t periodic_next;
    struct irq_line irq;
};

/* `unix_time`: seconds since 1970 now, in UTC. */
void rtc_init(struct rtc *rtc, const struct clock *clock, struct timers *timers,
              const struct irq_line *irq, int64_t unix_time);
/* Sizes that firmware leaves in CMOS: memory above 1 MiB, above 16 MiB and above 4 GiB. */
void rtc_set_memory(struct rtc *rtc, uint64_t low_bytes, uint64_t high_bytes);
int rtc_attach(struct rtc *rtc, struct port_bus *ports);
