/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader handed over: device memory at its address in pages of both sizes, untyped memory,
 * and nothing in the slots behind.
 */
#include "check.h"

#include <camkes.h>
#include <string.h>

static uint64_t frame_address(const char *interface)
{
    for (unsigned i = 0; i < camkes_instance.end_count; i++) {
        const struct camkes_end *end = camkes_instance.ends[i];
        if (strcmp(end->interface, interface) == 0 && end->region_count)
            return end->regions[0].paddr;
    }
    return 0;
}

/*
 * No machine has a device at these addresses, so they read as zeros or ones; a wrong mapping would
 * fault, or show some other memory.
 */
static bool is_nothing(uint32_t value)
{
    return value == 0 || value == 0xffffffff;
}

static void test_device_memory(void)
{
    CHECK(frame_address("registers") == 0xfed43000);
    CHECK(frame_address("memory") == 0xf0600000);
    CHECK(is_nothing(((volatile uint32_t *)registers)[5]));
    CHECK(is_nothing(((volatile uint32_t *)behind)[2047]));
    CHECK(is_nothing(((volatile uint32_t *)memory)[0x3ffffc / 4]));
}

static void test_untypeds(void)
{
    unsigned pool = 0, devices = 0;
    for (unsigned i = 0; i < camkes_instance.untyped_count; i++) {
        const struct camkes_untyped *u = &camkes_instance.untypeds[i];
        pool += !u->device && u->size_bits == 22;
        devices += u->device && u->paddr == 0xfd100000 && u->size_bits == 20;
    }
    CHECK(pool == 2);
    CHECK(devices == 1);
}

void test_devices(void)
{
    test_device_memory();
    test_untypeds();
}
