/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device models' world (fake_machine.h).
 */
#include "fake_machine.h"

struct fake_machine machine;

static uint64_t read_clock(void *ctx)
{
    (void)ctx;
    return machine.now;
}

static void set_line(void *ctx, unsigned line, bool high)
{
    (void)ctx;
    machine.rises[line] += high && !machine.level[line];
    machine.level[line] = high;
}

struct irq_line machine_line(unsigned line)
{
    return (struct irq_line){set_line, NULL, line};
}

int machine_set_up(void **state)
{
    (void)state;
    memset(&machine, 0, sizeof(machine));
    machine.now = 1000 * FAKE_HZ;
    clock_init(&machine.clock, read_clock, NULL, FAKE_HZ);
    timers_init(&machine.timers, &machine.clock);
    port_bus_init(&machine.ports);
    mmio_bus_init(&machine.mmio);
    return 0;
}

void machine_run_until(uint64_t when)
{
    while (machine.timers.next <= when) {
        if (machine.timers.next > machine.now)
            machine.now = machine.timers.next;
        timers_run(&machine.timers, machine.now);
    }
    machine.now = when;
}
