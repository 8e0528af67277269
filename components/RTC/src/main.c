/* SPDX-License-Identifier: BSD-2-Clause */
/* RTC: reads the battery-backed clock. */
#include "cmos_time.h"

#include <camkes.h>
#include <string.h>

#define PORT_ADDRESS 0x70
#define PORT_DATA    0x71

/* Reads that may find an update in progress, which takes 2 ms at most, before we give up. */
#define MAX_TRIES 10000

void post_init(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
}

static uint8_t cmos_read(uint8_t index)
{
    cmos_address_out8(PORT_ADDRESS, index);
    return cmos_data_in8(PORT_DATA);
}

static struct cmos_registers read_registers(void)
{
    for (unsigned i = 0; i < MAX_TRIES && cmos_read(CMOS_STATUS_A) & CMOS_A_UPDATING; i++) {
    }
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
    struct cmos_registers first, second = read_registers();
    unsigned tries = 0;
    do {
        first = second;
        second = read_registers();
    } while (memcmp(&first, &second, sizeof(first)) != 0 && tries++ < 10);
    return cmos_time(&second);
}
