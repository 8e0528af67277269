/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Days and dates of the Gregorian calendar, continued into the past (ISO 8601).
 */
#pragma once

#include <stdint.h>

#define SECONDS_PER_DAY 86400

struct calendar_date {
    int year, month, day; /* from 1 */
};

/* Days from 1970-01-01. Months and days outside of their range count on into the next or back. */
static inline int64_t calendar_days(int year, int month, int day)
{
    /* Years begin in March here, so that the leap day comes last. */
    int64_t months = (int64_t)year * 12 + (month - 3);
    int64_t y = months >= 0 ? months / 12 : (months - 11) / 12;
    int64_t m = months - y * 12;
    int64_t era = y >= 0 ? y / 400 : (y - 399) / 400;
    int64_t of_era = y - era * 400;
    /* 719468 days lie between 0000-03-01 and 1970-01-01; the months from March have 153 a five. */
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (m * 153 + 2) / 5 + day - 1 -
           719468;
}

static inline struct calendar_date calendar_date(int64_t days)
{
    int year = 1970 + (int)(days * 400 / 146097), month = 12;
    while (calendar_days(year, 1, 1) > days)
        year--;
    while (calendar_days(year + 1, 1, 1) <= days)
        year++;
    while (calendar_days(year, month, 1) > days)
        month--;
    return (struct calendar_date){year, month, (int)(days - calendar_days(year, month, 1)) + 1};
}

/* 1 = Sunday to 7 = Saturday; 1970-01-01 was a Thursday. */
static inline int calendar_weekday(int64_t days)
{
    return (int)(((days + 4) % 7 + 7) % 7) + 1;
}
