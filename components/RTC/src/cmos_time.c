/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmos_time.h"

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
