/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of the real machine on a guest's bus: what the guest sees of them, and what it and its
 * monitor do to the real ones.
 */
#include "pass_world.h"

#include <errno.h>

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

/* One card in slot 1, as after power-on. */
static struct real *add_card(void)
{
    real_make(&real[0]);
    assert_non_null(real_add(&real[0], 11, 0));
    world_start();
    return &real[0];
}

/* --- Identity and registers --- */

static void guest_sees_the_function(void **state)
{
    struct real *card = add_card();

    (void)state;
    assert_int_equal(config_read(1, 0, 4), 0x100e8086);
    assert_int_equal(config_read(1, 8, 4), 0x02000003);
    assert_int_equal(config_read(1, 0x2c, 4), 0x11001af4);
    assert_int_equal(config_read(1, COMMAND, 2), 0);
    assert_int_equal(config_read(1, LINE, 2), 0x10b);
    assert_int_equal(config_read(2, 0, 4), UINT32_MAX);
    /* The ROM is not there, and the real one is off. */
    config_write(1, 0x30, 4, UINT32_MAX);
    assert_int_equal(config_read(1, 0x30, 4), 0);
    assert_int_equal(real_get32(card, 0x30), 0);
    /* Registers of the device's own. */
    card->writable[0x92] = 0xff;
    config_write(1, 0x92, 1, 0x3f);
    assert_int_equal(card->config[0x92], 0x3f);
    card->config[0x92] = 0x21;
    assert_int_equal(config_read(1, 0x92, 1), 0x21);
    assert_int_equal(config_read(1, 0x90, 4), 0x210000);
}

static void guest_sizes_registers(void **state)
{
    struct real *card = add_card();
    uint32_t memory = config_read(1, BAR(0), 4), ports = config_read(1, BAR(1), 4);

    (void)state;
    assert_int_equal(card->claims, 2);
    config_write(1, BAR(0), 4, UINT32_MAX);
    assert_int_equal(config_read(1, BAR(0), 4), 0xffffe000);
    config_write(1, BAR(0), 4, memory);
    config_write(1, BAR(1), 4, UINT32_MAX);
    assert_int_equal(config_read(1, BAR(1), 4), 0xffffffe1);
    config_write(1, BAR(1), 4, ports);
    config_write(1, BAR(2), 4, UINT32_MAX);
    assert_int_equal(config_read(1, BAR(2), 4), 0);
    /* The real ones stay where they are. */
    assert_int_equal(real_get32(card, BAR(0)), 0xf0000000);
    assert_int_equal(real_get32(card, BAR(1)), 0xc041);
}

static void commands_are_passed_on(void **state)
{
    struct real *card = add_card();

    (void)state;
    assert_int_equal(real_get32(card, COMMAND) & 0xffff, NO_INTX); /* off */
    config_write(1, COMMAND, 2, 0xffff);
    assert_int_equal(config_read(1, COMMAND, 2), 0x0457);
    assert_int_equal(real_get32(card, COMMAND) & 0xffff, 0x0457 & 0x0547);
    config_write(1, COMMAND, 2, MEMORY);
    assert_int_equal(real_get32(card, COMMAND) & 0xffff, MEMORY);
    /* The status register is the real one; errors are cleared there. */
    card->config[STATUS + 1] = 0x20;
    assert_int_equal(config_read(1, STATUS, 2), 0x2000);
    config_write(1, COMMAND, 4, 0x20000000 | MEMORY);
    assert_int_equal(card->config[STATUS + 1], 0);
    assert_int_equal(config_read(1, COMMAND, 4), MEMORY);
}

/* Functions of one real device are functions of one slot, whatever their real numbers. */
static void functions_of_one_slot(void **state)
{
    static const uint16_t bdf[] = {0x00fa, 0x0100, 0x00fd};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        const struct pass_config config = {.name = "card", .bdf = bdf[i], .gsi = 10 + i % 2};

        real_make(&real[i]);
        real_set32(&real[i], 0, 0x1000u << 16 | i << 16 | 0x8086);
        real[i].function = pass_add(vmm, &config, &real_ops, &real[i]);
        assert_non_null(real[i].function);
    }
    world_start();
    assert_int_equal(config_read(1, 0, 4), 0x10008086);
    assert_int_equal(config_read(1, 0x0e, 1), 0x80);
    assert_int_equal(config_read(1, LINE, 2), 0x010a);
    assert_int_equal(config_read(2, 0, 4), 0x10018086);
    assert_int_equal(config_read(2, 0x0e, 1), 0);
    assert_int_equal(config_read(2, LINE, 2), 0x010b);
    assert_int_equal(config_read(1 | 1 << 5, 0, 4), UINT32_MAX); /* another bus */
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000900);
    assert_int_equal(port_bus_in(&vmm->ports, PCI_CONFIG_DATA, 4), 0x10028086);
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x8000093c);
    assert_int_equal(port_bus_in(&vmm->ports, PCI_CONFIG_DATA, 2), 0x010a);
}

/* --- Memory --- */

static void memory_is_shown_where_the_guest_says(void **state)
{
    struct real *card = add_card();
    uint32_t place = config_read(1, BAR(0), 4);

    (void)state;
    assert_int_equal(card->shown_count, 0);
    config_write(1, COMMAND, 2, MEMORY);
    assert_int_equal(card->shown_count, 1);
    assert_int_equal(card->shown[0].address, place);
    assert_int_equal(card->shown[0].size, KIB(8));
    config_write(1, BAR(0), 4, BOOT_LOW_RAM_MAX + MIB(1)); /* decoding on */
    assert_int_equal(card->shown[0].address, BOOT_LOW_RAM_MAX + MIB(1));
    config_write(1, COMMAND, 2, 0);
    assert_int_equal(card->shown_count, 0);
    config_write(1, BAR(0), 4, BOOT_LOW_RAM_MAX + MIB(2)); /* and off */
    assert_int_equal(card->shown_count, 0);
    config_write(1, COMMAND, 2, MEMORY);
    assert_int_equal(card->shown[0].address, BOOT_LOW_RAM_MAX + MIB(2));
    config_write(1, BAR(0), 4, MIB(1)); /* onto RAM */
    assert_int_equal(card->shown_count, 0);
    assert_int_equal(count_lines("outside the window"), 1);
}

/* A register smaller than a page whose page is shared with others works by way of the monitor. */
static void small_registers(void **state)
{
    struct real *card = &real[0];
    uint64_t value, place;

    (void)state;
    real_make(card);
    real_set32(card, BAR(0), 0xf0000800);
    real_set_writable(card, BAR(0), 0xfffff800);
    assert_non_null(real_add(card, 11, 0));
    world_start();
    config_write(1, BAR(0), 4, UINT32_MAX);
    assert_int_equal(config_read(1, BAR(0), 4), 0xfffff000);
    place = BOOT_LOW_RAM_MAX + MIB(1);
    config_write(1, BAR(0), 4, (uint32_t)place);
    config_write(1, COMMAND, 2, MEMORY);
    assert_int_equal(card->shown_count, 0);
    assert_true(mmio_bus_write(&vmm->mmio, place + 0x7fc, 4, 0x12345678));
    assert_true(mmio_bus_read(&vmm->mmio, place + 0x7fc, 4, &value));
    assert_int_equal(value, 0x12345678);
    assert_int_equal(card->memory_accesses, 2);
    assert_true(mmio_bus_read(&vmm->mmio, place + 0x800, 4, &value)); /* not the card's */
    assert_int_equal(value, UINT64_MAX);
    assert_int_equal(card->memory_accesses, 2);
}

/* --- Ports --- */

static void ports_are_open_at_their_own_numbers(void **state)
{
    struct real *card = add_card();

    (void)state;
    assert_int_equal(config_read(1, BAR(1), 4), 0xc041);
    config_write(1, COMMAND, 2, PORTS);
    assert_true(card->open);
    config_write(1, BAR(1), 4, 0xd000);
    assert_false(card->open);
    card->ports[4] = 0x77;
    assert_int_equal(port_bus_in(&vmm->ports, 0xd004, 1), 0x77);
    port_bus_out(&vmm->ports, 0xd008, 4, 0x11223344);
    assert_int_equal(card->ports[8], 0x44);
    assert_int_equal(port_bus_in(&vmm->ports, 0xc044, 1), 0xff);
    config_write(1, BAR(1), 4, 0x3e0); /* COM1 is there */
    assert_int_equal(count_lines("ports 1 at 0x3e0, but something else is there"), 1);
    config_write(1, BAR(1), 4, 0x20);
    assert_int_equal(count_lines("outside the window"), 1);
    config_write(1, BAR(1), 4, 0xc040);
    assert_true(card->open);
    config_write(1, COMMAND, 2, 0);
    assert_false(card->open);
    assert_int_equal(card->port_accesses, 2);
}

/* --- INTx --- */

#define GSI      11
#define VECTOR   0x51
#define REDIRECT (0x10 + 2 * GSI)

static void ioapic_write(unsigned index, uint32_t value)
{
    mmio_bus_write(&vmm->mmio, IOAPIC_BASE, 4, index);
    mmio_bus_write(&vmm->mmio, IOAPIC_BASE + 0x10, 4, value);
}

static bool take(void)
{
    if (lapic_pending(&vmm->vcpu.lapic) != VECTOR)
        return false;
    lapic_accept(&vmm->vcpu.lapic, VECTOR);
    return true;
}

static void end(void)
{
    lapic_end_of_interrupt(&vmm->vcpu.lapic);
    world_pump();
}

static void level_until_the_guest_ends_it(void **state)
{
    struct real *card = add_card();

    (void)state;
    ioapic_write(REDIRECT, 0x8000 | VECTOR);
    config_write(1, COMMAND, 2, MEMORY);
    card->asserted = true;
    for (unsigned i = 0; i < 10; i++)
        world_pump();
    assert_true(take());
    assert_int_equal(card->served, 0); /* one is under way, and no more come */
    end();
    assert_int_equal(card->served, 1);
    assert_true(take()); /* still asserted */
    card->asserted = false;
    end();
    assert_int_equal(card->served, 2);
    assert_false(take()); /* nobody cares for one that is not */
    card->asserted = true;
    world_pump();
    assert_true(take());
    card->asserted = false;
    end();
    assert_int_equal(card->served, 3);
}

/* Linux with an 8259: mask, end, serve, unmask. */
static void masked_is_not_ended(void **state)
{
    struct real *card = add_card();

    (void)state;
    assert_int_equal(port_bus_in(&vmm->ports, 0x4d1, 1) & 0x08, 0x08); /* as firmware has it */
    port_bus_out(&vmm->ports, 0x21, 1, 0xfb);
    port_bus_out(&vmm->ports, 0xa1, 1, 0xf7);
    config_write(1, COMMAND, 2, MEMORY);
    for (unsigned i = 1; i < 4; i++) {
        card->asserted = true;
        world_pump();
        assert_true(vmm->pic.output);
        assert_int_equal(pic_acknowledge(&vmm->pic), 0x73);
        port_bus_out(&vmm->ports, 0xa1, 1, 0xff);
        port_bus_out(&vmm->ports, 0xa0, 1, 0x63);
        port_bus_out(&vmm->ports, 0x20, 1, 0x62);
        world_pump();
        assert_int_equal(card->served, i - 1);
        card->asserted = false;
        port_bus_out(&vmm->ports, 0xa1, 1, 0xf7);
        world_pump();
        assert_int_equal(card->served, i);
        assert_false(vmm->pic.output);
    }
}

static void shared_line(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        real_make(&real[i]);
        real_set32(&real[i], BAR(0), 0xf0000000 + i * 0x100000);
        real_set32(&real[i], BAR(1), 0xc001 + i * 0x40);
        assert_non_null(real_add(&real[i], GSI, 0));
    }
    world_start();
    ioapic_write(REDIRECT, 0x8000 | VECTOR);
    config_write(1, COMMAND, 2, MEMORY);
    config_write(2, COMMAND, 2, MEMORY);
    real[0].asserted = true;
    world_pump();
    assert_true(take());
    real[1].asserted = true; /* while the other is served */
    world_pump();
    real[0].asserted = false;
    end();
    assert_true(take()); /* the second one's */
    real[1].asserted = false;
    end();
    assert_false(take());
    assert_int_equal(vmm->ioapic.lines & BIT(GSI), 0);
    /* Both at once are one interrupt. */
    real[0].asserted = real[1].asserted = true;
    world_pump();
    assert_true(take());
    real[0].asserted = real[1].asserted = false;
    end();
    assert_false(take());
}

/* A handler that is a thread: the interrupt is masked, ended, and unmasked when it was served. */
static void masked_in_the_ioapic(void **state)
{
    struct real *card = add_card();

    (void)state;
    config_write(1, COMMAND, 2, MEMORY);
    ioapic_write(REDIRECT, 0x8000 | VECTOR);
    card->asserted = true;
    world_pump();
    assert_true(take());
    ioapic_write(REDIRECT, 0x18000 | VECTOR);
    end();
    assert_int_equal(card->served, 0);
    card->asserted = false;
    ioapic_write(REDIRECT, 0x8000 | VECTOR);
    world_pump();
    assert_int_equal(card->served, 1);
    assert_false(take());
}

static void count_served(void *ctx)
{
    unsigned *count = ctx;

    ++*count;
}

static void lines_without_a_function(void **state)
{
    unsigned edges = 0, levels = 0;
    struct pass_line edge = {.gsi = 14, .level = false, .served = count_served, .ctx = &edges};
    struct pass_line level = {.gsi = GSI, .level = true, .served = count_served, .ctx = &levels};

    (void)state;
    pass_add_line(vmm, &edge);
    pass_add_line(vmm, &level);
    ioapic_write(REDIRECT, 0x8000 | VECTOR);
    pass_raise_line(&level);
    assert_true(take());
    assert_int_equal(levels, 0);
    end();
    assert_int_equal(levels, 1);
    assert_false(take());
    /* It shares its line with a function. */
    real_make(&real[0]);
    assert_non_null(real_add(&real[0], GSI, 0));
    world_start();
    ioapic_write(REDIRECT, 0x8000 | VECTOR);
    config_write(1, COMMAND, 2, MEMORY);
    pass_raise_line(&level);
    config_write(1, COMMAND, 2, MEMORY | NO_INTX);
    assert_true(vmm->ioapic.lines & BIT(GSI));
    config_write(1, COMMAND, 2, MEMORY);
    real[0].asserted = true;
    world_pump();
    assert_true(take());
    real[0].asserted = false;
    end();
    assert_false(vmm->ioapic.lines & BIT(GSI));
    assert_int_equal(levels, 2);
    /* An edge that was lost does not hold up the next one. */
    pass_raise_line(&edge);
    ioapic_write(0x10 + 2 * 14, VECTOR);
    assert_false(take());
    pass_raise_line(&edge);
    assert_true(take());
    assert_int_equal(edges, 2);
}

/* The PIIX's: ports and edges are the PC's own, and only its bus master has a register. */
static void ide_at_the_usual_place(void **state)
{
    struct real *ide = &real[0];

    (void)state;
    real_make(ide);
    real_set32(ide, 0x08, 0x01018000);
    memset(&ide->config[BAR(0)], 0, 24);
    memset(&ide->writable[BAR(0)], 0xff, 16); /* registers that do nothing */
    real_set32(ide, BAR(4), 0xc041);
    real_set_writable(ide, BAR(1), 0);
    real_set_writable(ide, BAR(4), 0xfffffff0);
    ide->writable[0x40] = 0xff;
    ide->config[0x3d] = 0;
    assert_non_null(real_add(ide, 14, 0));
    world_start();
    assert_int_equal(ide->claims, 1);
    assert_int_equal(config_read(1, 0x08, 4), 0x01018000);
    config_write(1, BAR(0), 4, UINT32_MAX);
    assert_int_equal(config_read(1, BAR(0), 4), 0);
    config_write(1, COMMAND, 2, PORTS | MASTER);
    assert_true(ide->open);
    assert_int_equal(config_read(1, BAR(4), 4), 0xc041);
    config_write(1, 0x40, 1, 0x77); /* its timing */
    assert_int_equal(ide->config[0x40], 0x77);
    assert_int_equal(config_read(1, 0x3d, 1), 0);
    ioapic_write(0x10 + 2 * 14, VECTOR);
    for (unsigned i = 1; i < 4; i++) {
        pass_intx(ide->function);
        assert_true(take());
        end();
        assert_int_equal(ide->served, i);
    }
    assert_false(take());
}

/* --- The end of a life --- */

static void check_reset(const struct real *card, unsigned resets)
{
    assert_int_equal(card->resets, resets);
    assert_false(card->masters_at_reset);
    assert_int_equal(real_get32(card, COMMAND) & 0xffff, NO_INTX);
    assert_int_equal(real_get32(card, BAR(0)), 0xf0000000);
    assert_int_equal(real_get32(card, BAR(1)) & ~1u, 0xc040);
    assert_int_equal(card->shown_count, 0);
    assert_false(card->open);
}

/* With a capability that can: function-level reset of both kinds, and D3hot. */
static void resets(void **state)
{
    static const struct {
        uint8_t id, size, offset, value; /* what says that it can */
        unsigned resets;
    } ways[] = {{0x10, 60, 7, 0x10, 1}, {0x13, 6, 3, 3, 1}, {0x01, 8, 4, 0, 1}, {0x01, 8, 4, 8, 0}};

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(ways); i++) {
        struct real *card = &real[0];

        real_make(card);
        real_add_cap(card, ways[i].id, 0x80, ways[i].size);
        card->config[0x80 + ways[i].offset] = card->power_on[0x80 + ways[i].offset] = ways[i].value;
        if (ways[i].id == 0x10)
            card->config[0x88] = 0x50; /* Max_Payload_Size, Max_Read_Request_Size of firmware */
        assert_non_null(real_add(card, GSI, 0));
        world_start();
        check_reset(card, ways[i].resets);
        config_write(1, COMMAND, 2, MEMORY | PORTS | MASTER);
        card->asserted = true;
        world_pump();
        world_start();
        check_reset(card, 2 * ways[i].resets);
        world_start(); /* nothing has happened since */
        check_reset(card, 2 * ways[i].resets);
        if (ways[i].id == 0x10)
            assert_int_equal(card->config[0x88], 0x50);
        /* What came before is not held back from the next life. */
        config_write(1, COMMAND, 2, MEMORY);
        card->asserted = true;
        world_pump();
        assert_true(vmm->ioapic.lines & BIT(GSI));
        world_tear_down();
        world_set_up();
    }
}

/* One whose transactions never end is reset all the same. */
static void pending_for_ever(void **state)
{
    struct real *card = &real[0];

    (void)state;
    real_make(card);
    real_add_cap(card, 0x10, 0x80, 60);
    card->config[0x87] = 0x10;
    card->config[0x8a] = 0x20;
    card->writable[0x8a] = 0;
    assert_non_null(real_add(card, GSI, 0));
    world_start();
    check_reset(card, 1);
    assert_int_equal(count_lines("its transactions do not end"), 1);
}

/* --- What cannot be passed through --- */

static void refuse(const char *why)
{
    assert_null(real_add(&real[0], GSI, 0));
    assert_int_equal(count_lines(why), 1);
    assert_int_equal(count_lines("\n"), 1);
    assert_int_equal(config_read(1, 0, 4), UINT32_MAX);
    world_tear_down();
    world_set_up();
    real_make(&real[0]);
}

static void refusals(void **state)
{
    struct real *card = &real[0];

    (void)state;
    real_make(card);
    memset(card->config, 0xff, sizeof(card->config));
    refuse("there is no such PCI function");
    card->config[0x0e] = 1;
    refuse("it is a bridge");
    card->config[0x0b] = 6;
    refuse("it is a bridge");
    card->config[0x0b] = 8;
    refuse("it serves the whole machine");
    real_set_writable(card, BAR(0), 0xff00ff00);
    refuse("register 0 has no size that could be");
    real_set32(card, BAR(0), 0);
    refuse("register 0 has no address");
    real_set32(card, BAR(5), 4);
    refuse("register 5 is the last one");
    real_set32(card, BAR(2), 0xc);
    real_set32(card, BAR(3), 0x100);
    real_set_writable(card, BAR(3), 0xffffff00);
    refuse("register 2 decodes more than 64 GiB");
    card->claim_error = EPERM;
    assert_null(real_add(card, GSI, 0));
    assert_int_equal(count_lines("\n"), 0); /* said by whom knows */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(guest_sees_the_function, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guest_sizes_registers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(commands_are_passed_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(functions_of_one_slot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_is_shown_where_the_guest_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(small_registers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ports_are_open_at_their_own_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(level_until_the_guest_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(masked_is_not_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(masked_in_the_ioapic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shared_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_without_a_function, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ide_at_the_usual_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(resets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pending_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
