/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmos_time.h"

#include <string.h>

static uint8_t plain(uint8_t value, uint8_t status_b)
{
    return status_b & CMOS_B_BINARY ? value : (uint8_t)((value >> 4) * 10 + (value & 0x0f));
}

static uint8_t hours(uint8_t value, uint8_t status_b)
{
    if (status_b & CMOS_B_24_HOURS)
        return plain(value, status_b);
    /* 12 comes before 1, in the morning and in the afternoon. */
    uint8_t hour = plain(value & (uint8_t)~CMOS_HOURS_AFTERNOON, status_b) % 12;
    return value & CMOS_HOURS_AFTERNOON ? hour + 12 : hour;
}

rtc_time_date_t cmos_time(const struct cmos_registers *r)
{
    uint8_t century = plain(r->century, r->status_b);
    uint8_t year = plain(r->year, r->status_b);
    if (century < 19 || century > 29)
        century = year >= 70 ? 19 : 20; /* no century register */
    return (rtc_time_date_t){
        .second = plain(r->second, r->status_b),
        .minute = plain(r->minute, r->status_b),
        .hour = hours(r->hour, r->status_b),
        .day = plain(r->day, r->status_b),
        .month = plain(r->month, r->status_b),
        .year = (uint16_t)(century * 100 + year),
    };
}

static struct cmos_registers read_registers(uint8_t (*read)(uint8_t index), unsigned *looks)
{
    while (*looks && read(CMOS_STATUS_A) & CMOS_A_UPDATING)
        (*looks)--;
    return (struct cmos_registers){
        .second = read(0x00),
        .minute = read(0x02),
        .hour = read(0x04),
        .day = read(0x07),
        .month = read(0x08),
        .year = read(0x09),
        .century = read(CMOS_CENTURY),
        .status_b = read(CMOS_STATUS_B),
    };
}

struct cmos_registers cmos_read_clock(uint8_t (*read)(uint8_t index))
{
    /* The clock may tick between two registers: only a pair of equal readings is one time. */
    unsigned looks = CMOS_MAX_LOOKS;
    struct cmos_registers first, second = read_registers(read, &looks);
    for (unsigned i = 1; i < CMOS_MAX_READINGS; i++) {
        first = second;
        second = read_registers(read, &looks);
        if (memcmp(&first, &second, sizeof(first)) == 0)
            break;
    }
    return second;
}
