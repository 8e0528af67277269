/* SPDX-License-Identifier: BSD-2-Clause */
/* RTC: reads the battery-backed clock. */
#include "cmos_time.h"

#include <camkes.h>

#define PORT_ADDRESS 0x70
#define PORT_DATA    0x71

void post_init(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
}

static uint8_t cmos_read(uint8_t index)
{
    cmos_address_out8(PORT_ADDRESS, index);
    return cmos_data_in8(PORT_DATA);
}

rtc_time_date_t rtc_time_date(void)
{
    struct cmos_registers registers = cmos_read_clock(cmos_read);
    return cmos_time(&registers);
}
