/* SPDX-License-Identifier: BSD-2-Clause */
/* The time of day as the RTC component reports it: plain binary numbers, 24-hour clock. */
#pragma once

#include <stdint.h>

typedef struct rtc_time_date {
    uint8_t second; /* 0 … 59 */
    uint8_t minute; /* 0 … 59 */
    uint8_t hour;   /* 0 … 23 */
    uint8_t day;    /* 1 … 31 */
    uint8_t month;  /* 1 … 12 */
    uint16_t year;  /* with century */
} rtc_time_date_t;
