/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the registers of an MC146818 clock say (its data sheet: registers 0 to 9, A, B; the century
 * in register 0x32 as ACPI machines have it).
 */
#pragma once

#include <rtc_time_date.h>

#define CMOS_STATUS_A        0x0a
#define CMOS_STATUS_B        0x0b
#define CMOS_CENTURY         0x32
#define CMOS_A_UPDATING      0x80
#define CMOS_B_24_HOURS      0x02
#define CMOS_B_BINARY        0x04
#define CMOS_HOURS_AFTERNOON 0x80 /* of the hours, in 12-hour mode */

struct cmos_registers {
    uint8_t second, minute, hour, day, month, year, century, status_b;
};

/*
 * Looks at the clock that may find an update in progress, which takes 2 ms at most, in all of a
 * call, and readings until two are equal.
 */
#define CMOS_MAX_LOOKS    10000
#define CMOS_MAX_READINGS 10

rtc_time_date_t cmos_time(const struct cmos_registers *registers);

/*
 * The registers at one moment, each fetched by `read`; of a clock that never comes to rest, what
 * the last reading has.
 */
struct cmos_registers cmos_read_clock(uint8_t (*read)(uint8_t index));
