/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254, see pit.h.
 */
#include "pit.h"
#include "harness.h"

#define PIT_PIN       2
#define PIT_FIRST     0x40
#define PIT_LAST      0x43
#define PIT_MODE0     0x30
#define PIT_MODE0_LOW 0x10 /* a count of one byte */
#define PIT_MODE2_LOW 0x14
#define VECTOR        20

static seL4_CPtr pit;

bool pit_get(void)
{
    pit = new_slot();
    return seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, PIT_FIRST, PIT_LAST, ROOT, pit,
                                        DEPTH) == seL4_NoError;
}

void pit_start(unsigned ticks)
{
    seL4_X86_IOPort_Out8(pit, PIT_LAST, PIT_MODE0);
    seL4_X86_IOPort_Out8(pit, PIT_FIRST, ticks & 0xff);
    seL4_X86_IOPort_Out8(pit, PIT_FIRST, ticks >> 8);
}

void pit_periodic(uint8_t ticks)
{
    seL4_X86_IOPort_Out8(pit, PIT_LAST, PIT_MODE2_LOW);
    seL4_X86_IOPort_Out8(pit, PIT_FIRST, ticks);
}

void pit_short(void)
{
    seL4_X86_IOPort_Out8(pit, PIT_LAST, PIT_MODE0_LOW);
}

void pit_start_short(uint8_t ticks)
{
    seL4_X86_IOPort_Out8(pit, PIT_FIRST, ticks);
}

void spin(void)
{
    const seL4_BootInfoHeader *tsc = boot_record(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ);
    uint64_t end = read_tsc() + 5000ul * *(const uint32_t *)(tsc + 1);
    while (read_tsc() < end)
        ;
}

void pit_low(void)
{
    pit_start(0xffff);
}

void pit_quiet(void)
{
    pit_start(1);
    spin();
}

seL4_Error pit_handler(seL4_CPtr *handler, bool level)
{
    *handler = new_slot();
    return seL4_IRQControl_GetIOAPIC(seL4_CapIRQControl, ROOT, *handler, DEPTH, 0, PIT_PIN, level,
                                     0, VECTOR);
}
