/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI memory that a guest sizes, moves and turns off, and the connector between a guest and a
 * component; used rightly, wrongly and at random. Run with a number to try another seed.
 */
#include "pci_world.h"

#include <stdio.h>
#include <stdlib.h>

#include <errno.h>

static uint64_t seed = 20261127;

static int set_up(void **state)
{
    (void)state;
    world_set_up();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_tear_down();
    return 0;
}

static uint32_t mmio_read(uint64_t address)
{
    uint64_t value;

    mmio_bus_read(&vmm->mmio, address, 4, &value);
    return (uint32_t)value;
}

/* --- Base address registers --- */

static uint32_t sizes(unsigned slot, unsigned bar)
{
    uint32_t old = config_read(slot, BAR(bar)), value;

    config_write(slot, BAR(bar), UINT32_MAX);
    value = config_read(slot, BAR(bar));
    config_write(slot, BAR(bar), old);
    return value;
}

static void firmware_places_all(void **state)
{
    (void)state;
    add_connectors(5);
    for (unsigned slot = 1; slot <= 5; slot++) {
        for (unsigned bar = 0; bar < 2; bar++) {
            uint32_t address = config_read(slot, BAR(bar)) & ~0xfu;

            assert_true(address >= WINDOW && address < BOOT_PCI_WINDOW_END);
            assert_int_equal(address & ~sizes(slot, bar) & ~0xfu, 0);
        }
        assert_int_equal(config_read(slot, LINE) & 0xffff, 0x100 | pci_pin_gsi(&vmm->pci, slot, 0));
        assert_int_equal(config_read(slot, COMMAND) & 0xffff, 0);
        config_write(slot, COMMAND, MEMORY);
    }
    assert_int_equal(shown, 5); /* no two in one place */
    assert_int_equal(sizes(1, 0), 0xfffff000);
    assert_int_equal(sizes(1, 1), 0xfffff008);
    assert_int_equal(sizes(3, 1), 0xffffc008);
    assert_int_equal(sizes(3, 2), 0);
    assert_int_equal(config_read(1, 0), 0xa1111af4);
    assert_int_equal(config_read(1, 8), 0x05000001);
}

static void guest_moves_memory(void **state)
{
    uint32_t place;

    (void)state;
    add_connectors(1);
    place = config_read(1, BAR(1)) & ~0xfu;
    assert_int_equal(shown, 0);
    config_write(1, COMMAND, MEMORY);
    assert_ptr_equal(owner[(place - WINDOW) / PAGE_SIZE_4K], &frames[0]);
    config_write(1, BAR(1), WINDOW + MIB(64));
    assert_ptr_equal(owner[MIB(64) / PAGE_SIZE_4K], &frames[0]);
    assert_null(owner[(place - WINDOW) / PAGE_SIZE_4K]);
    config_write(1, BAR(0), WINDOW + MIB(65));
    assert_int_equal(mmio_read(WINDOW + MIB(65) + CONNECTOR_NAME), 0x6e6e6f63); /* "conn" */
    config_write(1, COMMAND, 0);
    assert_int_equal(shown, 0);
    assert_int_equal(mmio_read(WINDOW + MIB(65) + CONNECTOR_NAME), UINT32_MAX);
    config_write(1, COMMAND, MEMORY);
    assert_int_equal(shown, 1);
    pci_reset(&vmm->pci);
    assert_int_equal(shown, 0);
    assert_int_equal(config_read(1, BAR(1)), 8);
    assert_string_equal(logged, "");
}

static void stays_off_what_is_there(void **state)
{
    static const uint64_t taken[] = {0,           MIB(1),     WINDOW - KIB(4), BOOT_PCI_WINDOW_END,
                                     IOAPIC_BASE, LAPIC_BASE, 0xfffff000};
    uint32_t place[3];

    (void)state;
    add_connectors(2);
    for (unsigned slot = 1; slot <= 2; slot++) {
        config_write(slot, COMMAND, MEMORY);
        place[slot] = config_read(slot, BAR(1));
    }
    for (unsigned round = 0; round < 100; round++) {
        for (unsigned i = 0; i < ARRAY_SIZE(taken); i++) {
            config_write(1, BAR(1), (uint32_t)taken[i]);
            assert_int_equal(shown, 1);
        }
    }
    assert_int_equal(count_lines("outside the window"), 1);
    config_write(1, BAR(1), place[2]);               /* onto the other's dataport */
    config_write(1, BAR(1), config_read(2, BAR(0))); /* and its registers */
    config_write(1, BAR(1), config_read(1, BAR(0))); /* and its own */
    assert_int_equal(shown, 1);
    config_write(1, BAR(0), place[2]); /* which leaves its place to the dataport */
    assert_int_equal(shown, 2);
    assert_int_equal(count_lines("something else is there"), 1);
    /* The other one makes room. */
    config_write(1, BAR(1), place[2]);
    config_write(1, BAR(0), WINDOW + MIB(9));
    config_write(2, BAR(1), WINDOW + MIB(8));
    assert_int_equal(shown, 2);
    show_error = ENOMEM;
    config_write(1, BAR(1), place[1]);
    config_write(1, BAR(1), place[1]);
    assert_int_equal(shown, 1);
    assert_int_equal(count_lines("cannot be mapped"), 1);
    show_error = 0;
    config_write(1, BAR(1), place[1]);
    assert_int_equal(shown, 2);
    assert_int_equal(count_lines("\n"), 3);
}

/* The APIC's page is the guest's to move, too. */
static void stays_off_a_moved_device(void **state)
{
    (void)state;
    add_connectors(1);
    mmio_bus_move(&vmm->mmio, &vmm->vcpu.lapic, WINDOW + MIB(32));
    config_write(1, BAR(1), WINDOW + MIB(32));
    config_write(1, COMMAND, MEMORY);
    assert_int_equal(shown, 0);
    assert_int_equal(count_lines("something else is there"), 1);
}

static uint64_t wide_at;

static int map_wide(void *ctx, unsigned bar, uint64_t address)
{
    (void)ctx;
    (void)bar;
    wide_at = address;
    return 0;
}

static void unmap_wide(void *ctx, unsigned bar)
{
    (void)ctx;
    (void)bar;
    wide_at = 0;
}

static void wide_registers(void **state)
{
    static struct pci_function function;
    const struct pci_bar wide = {
        .size = GIB(8), .wide = true, .prefetchable = true, .map = map_wide, .unmap = unmap_wide};
    const struct pci_bar small = {.size = 16};

    (void)state;
    memset(&function, 0, sizeof(function));
    function.name = "test";
    pci_identify(&function, 1, 2, 3, 4);
    assert_int_equal(pci_set_bar(&function, 2, &wide), 0);
    assert_int_equal(pci_set_bar(&function, 1, &small), 0);
    assert_int_equal(pci_add(&vmm->pci, 7, &function), 0);
    pci_place(&vmm->pci); /* the first window is too small for it */
    assert_int_equal(config_read(7, BAR(2)), 0xc);
    assert_int_equal(config_read(7, BAR(3)), 2);
    assert_true(vmm->pci.high);
    config_write(7, BAR(2), UINT32_MAX);
    config_write(7, BAR(3), UINT32_MAX);
    assert_int_equal(config_read(7, BAR(2)), 0xc);
    assert_int_equal(config_read(7, BAR(3)), 0xfffffffe);
    config_write(7, COMMAND, MEMORY);
    assert_int_equal(wide_at, 0);
    config_write(7, BAR(3), 4);
    assert_int_equal(wide_at, GIB(16));
    config_write(7, BAR(3), 0); /* 0, where RAM is */
    assert_int_equal(wide_at, 0);
    config_write(7, BAR(3), 2);
    assert_int_equal(wide_at, GIB(8));
    assert_int_equal(count_lines("outside the window"), 1); /* for both registers */
}

static void wrong_registers(void **state)
{
    static const struct {
        unsigned index;
        struct pci_bar bar;
    } wrong[] = {
        {0, {.size = 8}},
        {0, {.size = 24}},
        {0, {.size = GIB(4)}},
        {6, {.size = 16}},
        {5, {.size = 16, .wide = true}},
        {3, {.size = 16}},
        {1, {.size = 16, .wide = true}},
    };
    const struct pci_bar wide = {.size = MIB(1), .wide = true};
    static struct pci_function function;

    (void)state;
    memset(&function, 0, sizeof(function));
    assert_int_equal(pci_set_bar(&function, 2, &wide), 0);
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
        assert_int_equal(pci_set_bar(&function, wrong[i].index, &wrong[i].bar), -EINVAL);
}

/* --- The connector --- */

static bool line_of(unsigned slot)
{
    return vmm->ioapic.lines >> pci_pin_gsi(&vmm->pci, slot, 0) & 1;
}

static uint64_t registers_of(unsigned slot)
{
    return config_read(slot, BAR(0)) & ~0xfu;
}

static void write_register(unsigned slot, unsigned offset, uint32_t value)
{
    assert_true(mmio_bus_write(&vmm->mmio, registers_of(slot) + offset, 4, value));
}

static void events_for_the_guest(void **state)
{
    (void)state;
    add_connectors(3);
    connector_event(&connector[0]); /* before there is a driver */
    connector_event(&connector[0]);
    crossvm_deliver(vmm);
    assert_false(line_of(1));
    config_write(1, COMMAND, MEMORY);
    assert_true(line_of(1));
    assert_int_equal(mmio_read(registers_of(1) + CONNECTOR_CONSUME), 2);
    config_write(3, COMMAND, MEMORY);
    connector_event(&connector[2]); /* slot 3 has the same wire */
    crossvm_deliver(vmm);
    write_register(1, CONNECTOR_CONSUME, 0);
    assert_true(line_of(1));
    write_register(3, CONNECTOR_CONSUME, 0);
    assert_false(line_of(1));
    assert_false(line_of(2));
    /* What a generic driver does with the line. */
    connector_event(&connector[0]);
    crossvm_deliver(vmm);
    assert_true(config_read(1, COMMAND) & STATUS_INTX);
    config_write(1, COMMAND, MEMORY | NO_INTX);
    assert_false(line_of(1));
    assert_true(config_read(1, COMMAND) & STATUS_INTX);
    config_write(1, COMMAND, MEMORY);
    assert_true(line_of(1));
    /* A reset: the next guest is told. */
    pci_reset(&vmm->pci);
    assert_false(line_of(1));
    pci_place(&vmm->pci);
    config_write(1, COMMAND, MEMORY);
    assert_true(line_of(1));
}

static void flood_of_events(void **state)
{
    (void)state;
    add_connectors(1);
    config_write(1, COMMAND, MEMORY);
    write_register(1, CONNECTOR_CONSUME, UINT32_MAX);
    connector_event(&connector[0]);
    crossvm_deliver(vmm);
    assert_true(line_of(1)); /* the count did not come round to none */
    assert_int_equal(mmio_read(registers_of(1) + CONNECTOR_CONSUME), 1);
}

static void guest_emits(void **state)
{
    (void)state;
    add_connectors(2);
    connector[1].emit = NULL;
    config_write(1, COMMAND, MEMORY);
    config_write(2, COMMAND, MEMORY);
    write_register(1, CONNECTOR_EMIT, 0);
    write_register(1, CONNECTOR_EMIT, UINT32_MAX);
    write_register(2, CONNECTOR_EMIT, 1);
    write_register(1, CONNECTOR_NAME, 1);
    assert_int_equal(emitted, 2);
    assert_int_equal(mmio_read(registers_of(1) + CONNECTOR_EMIT), 0);
    assert_int_equal(mmio_read(registers_of(1) + PAGE_SIZE_4K - 4), 0);
}

static void names(void **state)
{
    static const char longest[] = "0123456789012345678901234567890123456789012345678";
    char name[80], read[80];

    (void)state;
    snprintf(name, sizeof(name), "%s and more", longest);
    connector[0].name = name;
    add_connectors(1);
    config_write(1, COMMAND, MEMORY);
    for (unsigned i = 0; i < sizeof(read); i++) {
        uint64_t byte;

        assert_true(mmio_bus_read(&vmm->mmio, registers_of(1) + CONNECTOR_NAME + i, 1, &byte));
        read[i] = (char)byte;
    }
    assert_string_equal(read, longest);
}

static void as_many_as_slots(void **state)
{
    (void)state;
    add_connectors(PCI_SLOTS - 1);
    for (unsigned slot = 1; slot < PCI_SLOTS; slot++)
        config_write(slot, COMMAND, MEMORY);
    assert_int_equal(shown, PCI_SLOTS - 1);
    connector[PCI_SLOTS - 1].memory = &memory_ops;
    assert_int_equal(connector_add(vmm, &connector[PCI_SLOTS - 1]), -ENOSPC);
    assert_string_equal(logged, "");
}

/* --- At random --- */

static uint64_t next_random(unsigned bytes)
{
    (void)bytes;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void hostile_guest(void **state)
{
    unsigned moves = 0;

    (void)state;
    add_connectors(CONNECTORS);
    for (unsigned round = 0; round < 500000; round++) {
        world_step(next_random);
        moves += shown;
    }
    world_forget();
    assert_true(moves > 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(firmware_places_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guest_moves_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stays_off_what_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stays_off_a_moved_device, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wide_registers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_registers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_for_the_guest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flood_of_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guest_emits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_as_slots, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_guest, set_up, tear_down),
    };

    if (argc > 1)
        seed = strtoull(argv[1], NULL, 0) ?: seed;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
