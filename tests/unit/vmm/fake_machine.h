/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The world that a device model sees, under a test's control: a clock that the test winds, wires
 * that remember.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bytes.h"

#include <vmm/device.h>

#define FAKE_HZ    1000000000ull
#define FAKE_LINES 24

struct fake_machine {
    uint64_t now;
    struct clock clock;
    struct timers timers;
    struct port_bus ports;
    struct mmio_bus mmio;
    bool level[FAKE_LINES];
    unsigned rises[FAKE_LINES];
};

extern struct fake_machine machine;

int machine_set_up(void **state);
/* Wind the clock forward, firing timers at their times. */
void machine_run_until(uint64_t when);
struct irq_line machine_line(unsigned line);

static inline void out8(uint16_t port, uint8_t value)
{
    port_bus_out(&machine.ports, port, 1, value);
}

static inline uint8_t in8(uint16_t port)
{
    return (uint8_t)port_bus_in(&machine.ports, port, 1);
}

extern const struct CMUnitTest interrupt_tests[], timer_tests[];
extern const unsigned interrupt_test_count, timer_test_count;
