/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI memory that a guest sizes, moves and turns off, and the connector between a guest and a
 * component; used rightly, wrongly and at random. A model of the pages checks each mapping. Run
 * with a number to try another seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "fake_backend.h"

#include <vmm/boot.h>
#include <vmm/connector.h>

#define LOW_BYTES  MIB(2)
#define HIGH_BYTES MIB(2)
#define WINDOW     BOOT_LOW_RAM_MAX
#define PAGES      ((BOOT_PCI_WINDOW_END - WINDOW) / PAGE_SIZE_4K)

#define COMMAND     0x04
#define BAR(n)      (0x10 + 4 * (n))
#define LINE        0x3c
#define MEMORY      0x0002u
#define NO_INTX     0x0400u
#define STATUS_INTX (8u << 16)

static vmm_t *vmm;
static uint8_t *ram;
static const void *owner[PAGES]; /* of what is mapped in the window */
static unsigned shown, emitted, show_error;
static char logged[8192];
static uint64_t seed = 20261127;

static int frames[PCI_SLOTS];
static struct connector connector[PCI_SLOTS];

/* --- The world --- */

static uint64_t fake_tsc(void)
{
    return 0;
}

static int64_t fake_time(vmm_t *machine)
{
    (void)machine;
    return 0;
}

static void fake_write(vmm_t *machine, const char *text, size_t size)
{
    (void)machine;
    (void)text;
    (void)size;
}

static void fake_log(vmm_t *machine, const char *line)
{
    (void)machine;
    strncat(logged, line, sizeof(logged) - strlen(logged) - 2);
    strcat(logged, "\n");
}

static void change_owner(const void *from, const void *to, uint64_t address, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PAGE_SIZE_4K) {
        uint64_t page = (address + done - WINDOW) / PAGE_SIZE_4K;

        assert_true(page < PAGES);
        assert_ptr_equal(owner[page], from);
        owner[page] = to;
    }
}

static int show(vmm_t *machine, const struct crossvm_dataport *dataport, uint64_t address,
                uint64_t size)
{
    (void)machine;
    assert_int_equal(size, dataport->size);
    assert_int_equal(dataport->shown, 0);
    if (show_error)
        return -(int)show_error;
    change_owner(NULL, dataport->ctx, address, size);
    shown++;
    return 0;
}

static void hide(vmm_t *machine, const struct crossvm_dataport *dataport)
{
    (void)machine;
    change_owner(dataport->ctx, NULL, dataport->address, dataport->shown);
    shown--;
}

static void emit(void)
{
    emitted++;
}

static const struct crossvm_memory memory_ops = {show, hide};

static int set_up(void **state)
{
    const struct vmm_config config = {"vm0", "", "", "", ""};
    const struct vmm_platform platform = {.tsc = fake_tsc,
                                          .tsc_hz = 1000000000,
                                          .unix_time = fake_time,
                                          .console_write = fake_write,
                                          .log = fake_log};
    struct guest_memory memory = {NULL, NULL, LOW_BYTES, HIGH_BYTES};

    (void)state;
    fake_reset();
    logged[0] = 0;
    shown = emitted = show_error = 0;
    memset(owner, 0, sizeof(owner));
    memset(connector, 0, sizeof(connector));
    ram = calloc(1, LOW_BYTES + HIGH_BYTES);
    memory.low_base = ram;
    memory.high_base = ram + LOW_BYTES;
    vmm = calloc(1, sizeof(*vmm));
    assert_int_equal(vmm_init(vmm, &config, &platform, &memory), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(vmm);
    free(ram);
    return 0;
}

static uint32_t config_read(unsigned slot, unsigned offset)
{
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000000u | slot << 11 | offset);
    return port_bus_in(&vmm->ports, PCI_CONFIG_DATA, 4);
}

static void config_write(unsigned slot, unsigned offset, uint32_t value)
{
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000000u | slot << 11 | offset);
    port_bus_out(&vmm->ports, PCI_CONFIG_DATA, 4, value);
}

static uint32_t mmio_read(uint64_t address)
{
    uint64_t value;

    mmio_bus_read(&vmm->mmio, address, 4, &value);
    return (uint32_t)value;
}

static unsigned count_lines(const char *part)
{
    unsigned count = 0;

    for (const char *at = logged; (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* In slots 1, 2, …, of 1, 2, 3, … pages. */
static void add_connectors(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        connector[i].memory = &memory_ops;
        connector[i].dataport =
            (struct crossvm_dataport){&frames[i], (i + 1) * PAGE_SIZE_4K, PAGE_BITS_4K, 0, 0};
        connector[i].emit = emit;
        assert_int_equal(connector_add(vmm, &connector[i]), 0);
    }
    pci_reset(&vmm->pci);
    pci_place(&vmm->pci);
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
        assert_int_equal(config_read(slot, LINE) & 0xffff, 0x100 | pci_gsi(slot, 0));
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

static int map_wide(void *ctx, uint64_t address)
{
    (void)ctx;
    wide_at = address;
    return 0;
}

static void unmap_wide(void *ctx)
{
    (void)ctx;
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
    assert_int_equal(config_read(7, BAR(3)), 0);
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
    return vmm->ioapic.lines >> pci_gsi(slot, 0) & 1;
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

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint32_t any_value(void)
{
    uint32_t value = (uint32_t)next_random();

    switch (next_random() % 5) {
    case 0:
        return value;
    case 1:
        return (uint32_t)WINDOW + value % 64 * KIB(4);
    case 2:
        return value & 0x0407;
    case 3:
        return config_read(1 + value % 8, BAR(next_random() % 6));
    default:
        return UINT32_MAX;
    }
}

/* Each of what the guest has is where its register says. */
static void check_places(void)
{
    for (unsigned i = 0; i < 8; i++) {
        const struct crossvm_dataport *dataport = &connector[i].dataport;

        if (dataport->shown)
            assert_int_equal(config_read(i + 1, BAR(1)) & ~0xfu, dataport->address);
        assert_true(!dataport->shown || (config_read(i + 1, COMMAND) & MEMORY));
    }
}

static void hostile_guest(void **state)
{
    unsigned moves = 0;

    (void)state;
    add_connectors(8);
    for (unsigned round = 0; round < 200000; round++) {
        unsigned size = 1u << next_random() % 3;
        uint64_t value, place = WINDOW + next_random() % KIB(64) * 4;

        show_error = next_random() % 16 ? 0 : ENOMEM;
        port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4,
                     0x80000000u | (uint32_t)(next_random() % 10) << 11 |
                         (next_random() % 8 ? (uint32_t)next_random() % 32 & 0xfc
                                            : (uint32_t)next_random() & 0xfc));
        port_bus_out(&vmm->ports, (uint16_t)(PCI_CONFIG_DATA + next_random() % 4), size,
                     any_value());
        mmio_bus_write(&vmm->mmio, place, size, next_random());
        mmio_bus_read(&vmm->mmio, place, size, &value);
        connector_event(&connector[next_random() % 8]);
        crossvm_deliver(vmm);
        if (round % 64 == 0)
            check_places();
        moves += shown;
        if (next_random() % 4096 == 0) {
            pci_reset(&vmm->pci);
            assert_int_equal(shown, 0);
            pci_place(&vmm->pci);
        }
    }
    pci_reset(&vmm->pci);
    assert_int_equal(shown, 0);
    for (unsigned i = 0; i < PAGES; i++)
        assert_null(owner[i]);
    assert_true(moves > 1000);
    assert_true(count_lines("\n") <= 3 * 8);
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
