/* SPDX-License-Identifier: BSD-2-Clause */
/* RTC: reads the battery-backed clock. */
#include "cmos_time.h"

#include <camkes.h>
#include <string.h>

#define PORT_ADDRESS 0x70
#define PORT_DATA    0x71

/*
 * Looks at the clock that may find an update in progress, which takes 2 ms at most, in all of a
 * call, and readings until two are equal.
 */
#define MAX_LOOKS    10000
#define MAX_READINGS 10

void post_init(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
}

static uint8_t cmos_read(uint8_t index)
{
    cmos_address_out8(PORT_ADDRESS, index);
    return cmos_data_in8(PORT_DATA);
}

static struct cmos_registers read_registers(unsigned *looks)
{
    while (*looks && cmos_read(CMOS_STATUS_A) & CMOS_A_UPDATING)
        (*looks)--;
    return (struct cmos_registers){
        .second = cmos_read(0x00),
        .minute = cmos_read(0x02),
        .hour = cmos_read(0x04),
        .day = cmos_read(0x07),
        .month = cmos_read(0x08),
        .year = cmos_read(0x09),
        .century = cmos_read(CMOS_CENTURY),
        .status_b = cmos_read(CMOS_STATUS_B),
    };
}

rtc_time_date_t rtc_time_date(void)
{
    /* The clock may tick between two registers: only a pair of equal readings is one time. */
    unsigned looks = MAX_LOOKS;
    struct cmos_registers first, second = read_registers(&looks);
    for (unsigned i = 1; i < MAX_READINGS; i++) {
        first = second;
        second = read_registers(&looks);
        if (memcmp(&first, &second, sizeof(first)) == 0)
            break;
    }
    return cmos_time(&second);
}
