/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock and PCI configuration space of the emulated machine (`pc`, started at a date the runner
 * sets).
 */
#include "check.h"

#include <camkes.h>
#include <stdio.h>

static void test_clock(void)
{
    rtc_time_date_t t = clock_time_date();
    printf("it is %u-%u-%u %u:%u:%u\n", t.year, t.month, t.day, t.hour, t.minute, t.second);
    CHECK(t.year == 2031 && t.month == 12 && t.day == 24);
    CHECK(t.hour == 17 && t.minute >= 30 && t.minute < 35 && t.second < 60);
}

static void test_pci(void)
{
    /* i440FX host bridge, PIIX3 ISA bridge: the 82441FX and 82371SB data sheets. */
    CHECK(pci_read32(0, 0, 0, 0) == 0x12378086);
    CHECK(pci_read16(0, 0, 0, 2) == 0x1237);
    CHECK(pci_read8(0, 1, 0, 0) == 0x86);
    CHECK(pci_read32(0, 1, 0, 0) == 0x70008086);
    /* What can be written: the interrupt line of the IDE function. */
    uint8_t line = pci_read8(0, 1, 1, 0x3c);
    pci_write8(0, 1, 1, 0x3c, 0xa5);
    CHECK(pci_read8(0, 1, 1, 0x3c) == 0xa5);
    CHECK((pci_read32(0, 1, 1, 0x3c) & 0xff) == 0xa5);
    pci_write8(0, 1, 1, 0x3c, line);
    CHECK(pci_read8(0, 1, 1, 0x3c) == line);
    /* What is not there, and what mechanism 1 cannot address. */
    CHECK(pci_read32(0, 31, 0, 0) == 0xffffffff);
    CHECK(pci_read32(0, 32, 0, 0) == 0xffffffff);
    CHECK(pci_read16(0, 0, 8, 0) == 0xffff);
    CHECK(pci_read32(0, 0, 0, 256) == 0xffffffff);
    CHECK(pci_read16(0, 0, 0, 1) == 0xffff);
}

void test_machine(void)
{
    test_clock();
    test_pci();
}
