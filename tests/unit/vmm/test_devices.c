/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buses, serial port and PCI; runs the tests of all device models.
 */
#include "fake_machine.h"

#include <vmm/pci.h>
#include <vmm/uart.h>

#include <errno.h>
#include <stdlib.h>

static struct uart uart;
static struct pci pci;
static char sent[64];
static unsigned sent_count, ready_count, reports;
static bool last_report;

static void on_transmit(void *ctx, uint8_t byte)
{
    (void)ctx;
    sent[sent_count++ % sizeof(sent)] = (char)byte;
}

static void on_ready(void *ctx)
{
    (void)ctx;
    ready_count++;
}

static void on_unclaimed(void *ctx, uint16_t port, unsigned size, bool write, uint32_t value,
                         bool last)
{
    (void)ctx;
    (void)port;
    (void)size;
    (void)write;
    (void)value;
    reports++;
    last_report |= last;
}

static int set_up(void **state)
{
    struct irq_line irq = machine_line(4);

    machine_set_up(state);
    sent_count = ready_count = reports = 0;
    last_report = false;
    machine.ports.unclaimed = on_unclaimed;
    uart_init(&uart, 0x3f8, &irq, on_transmit, on_ready, NULL);
    uart_attach(&uart, &machine.ports);
    pci_init(&pci, &(struct pci_host){0});
    pci_attach(&pci, &machine.ports);
    return 0;
}

/* --- buses --- */

static void unclaimed_ports(void **state)
{
    (void)state;
    assert_int_equal(port_bus_in(&machine.ports, 0x1234, 1), 0xff);
    assert_int_equal(port_bus_in(&machine.ports, 0x1234, 2), 0xffff);
    assert_int_equal(port_bus_in(&machine.ports, 0x1234, 4), 0xffffffff);
    assert_int_equal(reports, 1); /* once for each port */
    port_bus_out(&machine.ports, 0x1235, 1, 0);
    assert_int_equal(reports, 2);
    assert_false(last_report);
}

/* A program that tries every port makes so many lines and no more. */
static void unclaimed_ports_are_bounded(void **state)
{
    (void)state;
    for (unsigned port = 0; port < 65536; port++)
        port_bus_in(&machine.ports, (uint16_t)port, 1);
    assert_int_equal(reports, PORT_REPORTS_MAX);
    assert_true(last_report);
}

static void wide_accesses_are_split(void **state)
{
    (void)state;
    port_bus_out(&machine.ports, 0x3ff, 1, 0x5a);
    port_bus_out(&machine.ports, 0x3fb, 1, 0x03);
    /* MSR and scratch in one word access; then one that runs off the end of the device. */
    assert_int_equal(port_bus_in(&machine.ports, 0x3fe, 2), 0x5ab0);
    assert_int_equal(port_bus_in(&machine.ports, 0x3ff, 2), 0xff5a);
    /* The last port of all: the address wraps, nothing breaks. */
    assert_int_equal(port_bus_in(&machine.ports, 0xffff, 4), 0xffffffff);
}

static uint64_t echo_read(void *ctx, uint64_t offset, unsigned size)
{
    (void)ctx;
    return offset * 16 + size;
}

static void ignore_write(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    (void)value;
}

static void memory_ranges(void **state)
{
    struct mmio_range range = {"x", 0x1000, 0x10, echo_read, ignore_write, NULL};
    uint64_t value;

    (void)state;
    assert_int_equal(mmio_bus_add(&machine.mmio, &range), 0);
    assert_true(mmio_bus_read(&machine.mmio, 0x1008, 4, &value));
    assert_int_equal(value, 0x84);
    assert_false(mmio_bus_read(&machine.mmio, 0x100e, 4, &value)); /* would leave the range */
    assert_int_equal(value, UINT64_MAX);
    assert_false(mmio_bus_read(&machine.mmio, UINT64_MAX, 8, &value));
    range.base = UINT64_MAX;
    range.size = 2;
    assert_int_equal(mmio_bus_add(&machine.mmio, &range), -EINVAL);
}

/* --- serial port --- */

static void uart_sends(void **state)
{
    (void)state;
    assert_int_equal(in8(0x3fd), 0x60);
    out8(0x3f8, 'h');
    out8(0x3f8, 'i');
    assert_memory_equal(sent, "hi", 2);
    out8(0x3fb, 0x83); /* divisor latch */
    out8(0x3f8, 1);
    out8(0x3f9, 0);
    assert_int_equal(in8(0x3f8), 1);
    out8(0x3fb, 0x03);
    assert_int_equal(sent_count, 2);
}

static void uart_transmit_interrupts(void **state)
{
    (void)state;
    out8(0x3fc, 0x0b);
    out8(0x3f9, 0x02);
    assert_true(machine.level[4]); /* empty when enabled: at once */
    assert_int_equal(in8(0x3fa) & 0x0f, 0x02);
    assert_false(machine.level[4]);
    assert_int_equal(in8(0x3fa) & 0x0f, 0x01);
    out8(0x3f8, 'x');
    assert_true(machine.level[4]);
    out8(0x3f9, 0x00);
    assert_false(machine.level[4]);
    out8(0x3f9, 0x02);
    out8(0x3fc, 0x03); /* OUT2 off: the line is cut */
    assert_false(machine.level[4]);
}

static void uart_receives(void **state)
{
    (void)state;
    out8(0x3fa, 0x01);
    out8(0x3fc, 0x08);
    out8(0x3f9, 0x01);
    ready_count = 0;
    for (unsigned i = 0; i < 16; i++)
        assert_true(uart_receive(&uart, (uint8_t)('a' + i)));
    assert_false(uart_receive(&uart, 'z')); /* full: the sender keeps it */
    assert_true(machine.level[4]);
    assert_int_equal(in8(0x3fa), 0xc4);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(in8(0x3fd) & 1, 1);
        assert_int_equal(in8(0x3f8), 'a' + i);
    }
    assert_int_equal(ready_count, 1);
    assert_false(machine.level[4]);
    assert_int_equal(in8(0x3fd) & 1, 0);
    uart_receive(&uart, 'q');
    out8(0x3fa, 0x03); /* clear the FIFO */
    assert_int_equal(in8(0x3fd) & 1, 0);
}

/*
 * Without FIFOs there is room for one byte, in loopback for none; no byte is ever taken and lost.
 */
static void uart_room_for_input(void **state)
{
    (void)state;
    assert_int_equal(uart_room(&uart), 1);
    assert_true(uart_receive(&uart, 'a'));
    assert_int_equal(uart_room(&uart), 0);
    assert_false(uart_receive(&uart, 'b'));
    out8(0x3fa, 0x01);
    assert_int_equal(uart_room(&uart), 16);
    out8(0x3fc, 0x10);
    assert_int_equal(uart_room(&uart), 0);
    ready_count = 0;
    out8(0x3fc, 0x08);
    assert_int_equal(ready_count, 1); /* back on the line: what waited may come */
}

/* What drivers use to find out whether there is a UART at all. */
static void uart_loops_back(void **state)
{
    (void)state;
    out8(0x3fc, 0x1a); /* loop, OUT2, RTS */
    assert_int_equal(in8(0x3fe) & 0xf0, 0x90);
    out8(0x3f8, 0xae);
    assert_int_equal(sent_count, 0);
    assert_int_equal(in8(0x3f8), 0xae);
    out8(0x3fc, 0x10);
    assert_int_equal(in8(0x3fe) & 0xf0, 0x00);
}

/* --- PCI --- */

static uint32_t pci_read(unsigned slot, unsigned function, unsigned offset)
{
    port_bus_out(&machine.ports, 0xcf8, 4, 0x80000000u | slot << 11 | function << 8 | offset);
    return port_bus_in(&machine.ports, 0xcfc, 4);
}

static void pci_host_bridge(void **state)
{
    (void)state;
    assert_int_equal(pci_read(0, 0, 0), 0x12378086);
    assert_int_equal(pci_read(0, 0, 8) >> 8, 0x060000);
    assert_int_equal(pci_read(0, 1, 0), 0xffffffff);
    assert_int_equal(pci_read(7, 0, 0), 0xffffffff);
    /* Only what is writable changes, bytes land where they belong. */
    port_bus_out(&machine.ports, 0xcf8, 4, 0x80000000u);
    port_bus_out(&machine.ports, 0xcfc, 4, 0);
    assert_int_equal(port_bus_in(&machine.ports, 0xcfc, 4), 0x12378086);
    assert_int_equal(port_bus_in(&machine.ports, 0xcfe, 2), 0x1237);
    assert_int_equal(port_bus_in(&machine.ports, 0xcfd, 1), 0x80);
    port_bus_out(&machine.ports, 0xcf8, 4, 0x8000003cu);
    port_bus_out(&machine.ports, 0xcfc, 1, 11);
    assert_int_equal(port_bus_in(&machine.ports, 0xcfc, 1), 11);
    /* Accesses across the end of the window, and to the latch in bytes. */
    assert_int_equal(port_bus_in(&machine.ports, 0xcff, 4), 0xffffffff);
    port_bus_out(&machine.ports, 0xcf8, 1, 0);
    assert_int_equal(port_bus_in(&machine.ports, 0xcf8, 4), 0x8000003c);
}

static void pci_slots(void **state)
{
    static struct pci_function function;

    (void)state;
    memset(&function, 0, sizeof(function));
    pci_identify(&function, 0x1af4, 0x1000, 0x020000, 0);
    assert_int_equal(pci_add(&pci, 3, &function), 0);
    assert_int_equal(pci_add(&pci, 3, &function), -EBUSY);
    assert_int_equal(pci_add(&pci, 32, &function), -EINVAL);
    assert_int_equal(pci_read(3, 0, 0), 0x10001af4);
}

static unsigned written;

static void on_written(struct pci_function *function, unsigned offset, unsigned size)
{
    (void)function;
    written += offset == 0 && size == PCI_CONFIG_BYTES;
}

/* A guest's reset finds what power-on left. */
static void pci_after_reset(void **state)
{
    static struct pci_function function;

    (void)state;
    memset(&function, 0, sizeof(function));
    pci_identify(&function, 0x1af4, 0x1000, 0x020000, 0);
    assert_int_equal(pci_add(&pci, 3, &function), 0);
    assert_int_equal(pci_read(3, 0, 4), 0);
    port_bus_out(&machine.ports, 0xcfc, 4, UINT32_MAX);
    assert_int_equal(pci_read(3, 0, 4), 0x407);
    assert_int_equal(pci_read(0, 0, 0x3c), 0);
    port_bus_out(&machine.ports, 0xcfc, 1, 11);
    function.written = on_written;
    written = 0;
    pci_reset(&pci);
    assert_int_equal(port_bus_in(&machine.ports, 0xcf8, 4), 0);
    assert_int_equal(written, 1);
    assert_int_equal(pci_read(3, 0, 4), 0);
    assert_int_equal(pci_read(0, 0, 0x3c), 0);
    assert_int_equal(pci_read(3, 0, 0), 0x10001af4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(unclaimed_ports, set_up),
        cmocka_unit_test_setup(unclaimed_ports_are_bounded, set_up),
        cmocka_unit_test_setup(wide_accesses_are_split, set_up),
        cmocka_unit_test_setup(memory_ranges, set_up),
        cmocka_unit_test_setup(uart_sends, set_up),
        cmocka_unit_test_setup(uart_transmit_interrupts, set_up),
        cmocka_unit_test_setup(uart_receives, set_up),
        cmocka_unit_test_setup(uart_room_for_input, set_up),
        cmocka_unit_test_setup(uart_loops_back, set_up),
        cmocka_unit_test_setup(pci_host_bridge, set_up),
        cmocka_unit_test_setup(pci_slots, set_up),
        cmocka_unit_test_setup(pci_after_reset, set_up),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    failed +=
        _cmocka_run_group_tests("interrupts", interrupt_tests, interrupt_test_count, NULL, NULL);
    failed += _cmocka_run_group_tests("timers", timer_tests, timer_test_count, NULL, NULL);
    return failed;
}
