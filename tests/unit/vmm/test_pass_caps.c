/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities of functions of the real machine: which of them a guest sees, messages, power states
 * and resets of its own.
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

static struct real *make_card(void)
{
    real_make_capable(&real[0]);
    return &real[0];
}

static struct real *add_card(unsigned messages)
{
    struct real *card = make_card();

    assert_non_null(real_add(card, 11, messages));
    world_start();
    config_write(1, BAR(0), 4, BOOT_LOW_RAM_MAX + MIB(1));
    config_write(1, COMMAND, 2, MEMORY | MASTER);
    return card;
}

static unsigned find(unsigned id)
{
    unsigned offset = config_read(1, STATUS, 2) & 0x10 ? config_read(1, 0x34, 1) : 0;

    for (unsigned i = 0; offset && config_read(1, offset, 1) != id; i++) {
        assert_true(i < 48);
        offset = config_read(1, offset + 1, 1);
    }
    return offset;
}

/* --- The list --- */

static void some_are_hidden(void **state)
{
    static const uint8_t shown[] = {0x01, 0x05, 0x11, 0x10, 0x09, 0x12};
    static const uint8_t hidden[] = {0x03, 0x13, 0x42};
    struct real *card = make_card();

    (void)state;
    real_add_cap(card, 0x03, 0x48, 8);
    real_add_cap(card, 0x13, 0x50, 6);
    real_add_cap(card, 0x42, 0x90, 16);
    real_add_cap(card, 0x09, 0xe0, 16);
    real_set(card, 0xe2, 1, 16);
    real_set(card, 0xe8, 1, 0x5a);
    real_add_cap(card, 0x12, 0xf0, 8);
    assert_non_null(real_add(card, 11, 4));
    world_start();
    for (unsigned i = 0; i < sizeof(shown); i++)
        assert_true(find(shown[i]));
    for (unsigned i = 0; i < sizeof(hidden); i++)
        assert_false(find(hidden[i]));
    card->config[0x4c] = 0x33;
    config_write(1, 0x4c, 4, UINT32_MAX);
    assert_int_equal(card->config[0x4c], 0x33);
    assert_int_equal(config_read(1, 0x4c, 4), 0);
    config_write(1, 0xe8, 1, 0); /* a vendor's own can be read */
    assert_int_equal(config_read(1, 0xe8, 1), 0x5a);
    assert_int_equal(config_read(1, POWER_AT, 4) & 0xffff0000, 0x00030000); /* no PME, no D1, D2 */
    assert_int_equal(config_read(1, EXPRESS_AT + 2, 2), 0x0092);
}

/* One that never ends, and capabilities that reach into each other or out of the space. */
static void broken_lists(void **state)
{
    struct real *card = make_card();

    (void)state;
    real_add_cap(card, 0x01, 0xf0, 8);
    card->config[0xf1] = 0xf8;
    card->config[0xf8] = 0x05;
    card->config[0xf9] = 0xf0;
    card->config[0xfa] = 0x80;
    assert_non_null(real_add(card, 11, 4));
    world_start();
    assert_int_equal(find(0x01), 0xf0);
    assert_int_equal(find(0x05), 0);
    world_tear_down();
    world_set_up();

    card = make_card();
    card->config[MSI_AT + 1] = MSI_AT + 4;
    card->config[MSI_AT + 4] = 0x11;
    assert_non_null(real_add(card, 11, 4));
    world_start();
    assert_int_equal(find(0x05), MSI_AT);
    assert_int_equal(find(0x11), MSIX_AT);
}

/* --- Extended configuration space --- */

static uint32_t extended_read(unsigned slot, unsigned offset, unsigned size)
{
    uint64_t value;

    (void)mmio_bus_read(&vmm->mmio, PCI_EXTENDED_BASE + slot * KIB(32) + offset, size, &value);
    return (uint32_t)value;
}

/* Errors, a serial number, virtual functions, a vendor's own, and round again. */
static void extended_space(void **state)
{
    static const struct {
        unsigned offset;
        uint32_t value;
    } words[] = {{0x100, 0x14020001}, {0x104, 0x1111},     {0x140, 0x15010003}, {0x144, 0x1234},
                 {0x148, 0x5678},     {0x150, 0x16010010}, {0x154, 0x2222},     {0x160, 0x1401000b},
                 {0x164, 0x01000042}, {0x168, 0x3333}};
    static const struct {
        unsigned offset;
        uint32_t value;
    } seen[] = {{0x100, 0x14000000}, {0x104, 0}, {0x140, 0x16010003}, {0x144, 0x1234},
                {0x148, 0x5678},     {0x150, 0}, {0x154, 0},          {0x160, 0x0001000b},
                {0x168, 0x3333},     {0xffc, 0}};
    struct real *card = make_card();

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
        memcpy(&card->extended[words[i].offset], &words[i].value, 4);
    assert_non_null(real_add(card, 11, 4));
    world_start();
    assert_true(vmm->pci.extended);
    for (unsigned i = 0; i < ARRAY_SIZE(seen); i++)
        assert_int_equal(extended_read(1, seen[i].offset, 4), seen[i].value);
    assert_int_equal(extended_read(1, 0x145, 1), 0x12);
    /* The first part is that of mechanism 1. */
    assert_int_equal(extended_read(1, 0, 4), 0x100e8086);
    assert_true(mmio_bus_write(&vmm->mmio, PCI_EXTENDED_BASE + KIB(32) + COMMAND, 2, MEMORY));
    assert_int_equal(card->shown_count, 2);
    assert_true(mmio_bus_write(&vmm->mmio, PCI_EXTENDED_BASE + KIB(32) + 0x144, 4, 0));
    assert_int_equal(extended_read(1, 0x144, 4), 0x1234);
    /* The host bridge has none, and nothing is in the next slot. */
    assert_int_equal(extended_read(0, 0, 4), 0x12378086);
    assert_int_equal(extended_read(0, 0x100, 4), UINT32_MAX);
    assert_int_equal(extended_read(2, 0, 4), UINT32_MAX);
}

static void no_extended_space(void **state)
{
    struct real *card = make_card();

    (void)state;
    assert_non_null(real_add(card, 11, 4));
    assert_false(vmm->pci.extended);
    assert_int_equal(extended_read(1, 0, 4), UINT32_MAX);
}

static void none_without_messages(void **state)
{
    struct real *card = add_card(0);

    (void)state;
    assert_false(find(0x05));
    assert_false(find(0x11));
    config_write(1, MSI_AT, 4, 0x00010000);
    config_write(1, MSIX_AT, 4, 0x80000000);
    assert_int_equal(card->config[MSI_AT + 2] & 1, 0);
    assert_int_equal(card->config[MSIX_AT + 3] & 0x80, 0);
}

/* --- MSI --- */

#define GUEST_VECTOR 0x61

static bool take(unsigned vector)
{
    bool pending = lapic_pending(&vmm->vcpu.lapic) == (int)vector;

    if (pending) {
        lapic_accept(&vmm->vcpu.lapic, (uint8_t)vector);
        lapic_end_of_interrupt(&vmm->vcpu.lapic);
    }
    return pending;
}

static void one_message(void **state)
{
    struct real *card = add_card(4);

    (void)state;
    assert_int_equal(config_read(1, MSI_AT + 2, 2), 0x0180); /* one only */
    config_write(1, MSI_AT + 4, 4, 0xfee00000);
    config_write(1, MSI_AT + 8, 4, 0);
    config_write(1, MSI_AT + 12, 2, GUEST_VECTOR);
    assert_int_equal(real_get32(card, MSI_AT + 4), 0);
    config_write(1, MSI_AT + 2, 2, 0x0071);
    assert_int_equal(config_read(1, MSI_AT + 2, 2), 0x0181);
    assert_int_equal(real_get32(card, MSI_AT) >> 16, 0x0181);
    assert_int_equal(real_get32(card, MSI_AT + 4), 0xfee01000);
    assert_int_equal(real_get32(card, MSI_AT + 12) & 0xffff, 0x40);
    pass_message(card->function, 0);
    assert_true(take(GUEST_VECTOR));
    config_write(1, MSI_AT + 12, 2, GUEST_VECTOR + 1);
    pass_message(card->function, 0);
    assert_true(take(GUEST_VECTOR + 1));
    config_write(1, MSI_AT + 16, 4, 1); /* masked: at the real one */
    assert_int_equal(real_get32(card, MSI_AT + 16), 1);
    config_write(1, MSI_AT + 2, 2, 0);
    assert_int_equal(card->config[MSI_AT + 2] & 1, 0);
    pass_message(card->function, 0); /* one that was under way */
    assert_int_equal(lapic_pending(&vmm->vcpu.lapic), -1);
    config_write(1, MSI_AT + 2, 2, 1);
    world_start();
    assert_int_equal(card->config[MSI_AT + 2] & 1, 0);
    assert_int_equal(card->config[MSI_AT + 16], 0);
    assert_int_equal(config_read(1, MSI_AT + 2, 2), 0x0180);
}

/* Whatever is no address of a local APIC's is no interrupt. */
static void messages_elsewhere(void **state)
{
    static const uint32_t address[] = {0, 0x1000, 0xfed00000, 0xfee05000, 0xfee02004};
    struct real *card = add_card(1);

    (void)state;
    config_write(1, MSI_AT + 12, 2, GUEST_VECTOR);
    config_write(1, MSI_AT + 2, 2, 1);
    for (unsigned i = 0; i < ARRAY_SIZE(address); i++) {
        config_write(1, MSI_AT + 4, 4, address[i]);
        pass_message(card->function, 0);
    }
    config_write(1, MSI_AT + 4, 4, 0xfee00000);
    config_write(1, MSI_AT + 8, 4, 1);
    pass_message(card->function, 0);
    assert_int_equal(lapic_pending(&vmm->vcpu.lapic), -1);
}

/* --- MSI-X --- */

static uint32_t table_read(unsigned entry, unsigned part)
{
    uint64_t value;

    assert_true(mmio_bus_read(&vmm->mmio, BOOT_LOW_RAM_MAX + MIB(1) + TABLE + 16 * entry + part, 4,
                              &value));
    return (uint32_t)value;
}

static void table_write(unsigned entry, unsigned part, uint32_t value)
{
    assert_true(mmio_bus_write(&vmm->mmio, BOOT_LOW_RAM_MAX + MIB(1) + TABLE + 16 * entry + part, 4,
                               value));
}

static uint32_t real_entry(const struct real *card, unsigned entry, unsigned part)
{
    uint32_t value;

    memcpy(&value, &card->memory[TABLE + 16 * entry + part], 4);
    return value;
}

static void pages_of_the_table_are_hidden(void **state)
{
    struct real *card = add_card(4);

    (void)state;
    assert_int_equal(card->shown_count, 2);
    assert_int_equal(card->shown[0].offset, 0);
    assert_int_equal(card->shown[0].size, KIB(4));
    assert_int_equal(card->shown[1].offset, KIB(12));
    assert_int_equal(card->shown[1].size, KIB(4));
    assert_int_equal(card->shown[1].address, BOOT_LOW_RAM_MAX + MIB(1) + KIB(12));
    config_write(1, BAR(0), 4, BOOT_LOW_RAM_MAX + MIB(2));
    assert_int_equal(card->shown_count, 2);
    config_write(1, COMMAND, 2, 0);
    assert_int_equal(card->shown_count, 0);
}

static void each_entry_has_its_message(void **state)
{
    struct real *card = add_card(4);
    uint64_t value;

    (void)state;
    assert_int_equal(config_read(1, MSIX_AT + 2, 2), 3);
    assert_int_equal(config_read(1, MSIX_AT + 4, 4), TABLE);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(table_read(i, 12), 1);
        table_write(i, 0, 0xfee00000);
        table_write(i, 8, GUEST_VECTOR + i);
    }
    assert_int_equal(table_read(2, 8), GUEST_VECTOR + 2);
    table_write(1, 12, 0);
    assert_int_equal(real_entry(card, 1, 8), 0); /* not enabled yet */
    memset(&card->memory[TABLE], 0, 16 * ENTRIES);
    config_write(1, MSIX_AT + 2, 2, 0x8000);
    assert_int_equal(real_get32(card, MSIX_AT) >> 16 & 0xc000, 0x8000);
    for (unsigned i = 0; i < ENTRIES; i++)
        assert_int_equal(real_entry(card, i, 12), i != 1);
    assert_int_equal(real_entry(card, 1, 0), 0xfee01000);
    assert_int_equal(real_entry(card, 1, 8), 0x41);
    table_write(3, 12, 0);
    assert_int_equal(real_entry(card, 3, 8), 0x43);
    pass_message(card->function, 3);
    assert_true(take(GUEST_VECTOR + 3));
    table_write(3, 12, 1);
    assert_int_equal(real_entry(card, 3, 12), 1);
    /* Entries that the guest does not have, and pending bits. */
    table_write(4, 12, 0);
    assert_int_equal(real_entry(card, 4, 12), 1);
    assert_int_equal(table_read(4, 12), 0);
    card->memory[PENDING] = 0x12;
    assert_true(mmio_bus_write(&vmm->mmio, BOOT_LOW_RAM_MAX + MIB(1) + PENDING, 8, 0));
    assert_true(mmio_bus_read(&vmm->mmio, BOOT_LOW_RAM_MAX + MIB(1) + PENDING, 8, &value));
    assert_int_equal(value, 0x12);
    /* What else is in these pages. */
    assert_true(mmio_bus_write(&vmm->mmio, BOOT_LOW_RAM_MAX + MIB(1) + 0x1008, 4, 77));
    assert_int_equal(card->memory[0x1008], 77);
    config_write(1, COMMAND, 2, 0); /* nothing can be written now */
    assert_int_equal(real_get32(card, MSIX_AT) >> 16 & 0xc000, 0);
    world_start();
    config_write(1, COMMAND, 2, MEMORY);
    config_write(1, BAR(0), 4, BOOT_LOW_RAM_MAX + MIB(1));
    assert_int_equal(table_read(1, 12), 1);
    assert_int_equal(table_read(1, 8), 0);
}

static void table_outside_of_memory(void **state)
{
    static const uint32_t where[] = {0x3f00, 0x10000, 1, 2, 6, 0xfffffff8};

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(where); i++) {
        struct real *card = make_card();

        real_set(card, MSIX_AT + 4, 4, where[i]);
        assert_null(real_add(card, 11, 4));
        assert_int_equal(count_lines("MSI-X table lies outside"), 1);
        world_tear_down();
        world_set_up();
    }
}

/* --- Power and resets --- */

static void guest_sends_it_to_sleep(void **state)
{
    struct real *card = add_card(4);

    (void)state;
    config_write(1, POWER_AT + 4, 2, 2); /* there is no D2 */
    assert_int_equal(config_read(1, POWER_AT + 4, 2), 0);
    config_write(1, MSI_AT + 2, 2, 1);
    config_write(1, POWER_AT + 4, 2, 3);
    assert_int_equal(card->config[POWER_AT + 4], 3);
    config_write(1, POWER_AT + 4, 2, 0);
    assert_int_equal(card->resets, 2); /* before its life, and now */
    /* The real one is where it was. */
    assert_int_equal(real_get32(card, BAR(0)), 0xf0000000);
    assert_int_equal(real_get32(card, COMMAND) & 0xffff, MEMORY | MASTER);
    assert_int_equal(card->config[MSI_AT + 2] & 1, 1);
    assert_int_equal(real_get32(card, EXPRESS_AT + 8) & 0xffff, 0x2830);
}

static void guest_resets_it(void **state)
{
    struct real *card = add_card(4);

    (void)state;
    assert_int_equal(config_read(1, EXPRESS_AT + 8, 2), 0x2830);
    config_write(1, EXPRESS_AT + 8, 2, 0x5000 | 0x00e0); /* packets stay as they are */
    assert_int_equal(real_get32(card, EXPRESS_AT + 8) & 0xffff, 0x5020);
    config_write(1, MSI_AT + 2, 2, 1);
    config_write(1, EXPRESS_AT + 8, 2, 0x8000);
    assert_int_equal(card->resets, 2);
    assert_false(card->masters_at_reset);
    assert_int_equal(card->shown_count, 0);
    assert_int_equal(config_read(1, COMMAND, 2), 0);
    assert_int_equal(config_read(1, BAR(0), 4), 0);
    assert_int_equal(config_read(1, EXPRESS_AT + 8, 2), 0x2830);
    assert_int_equal(real_get32(card, EXPRESS_AT + 8) & 0xffff, 0x2830);
    assert_int_equal(real_get32(card, COMMAND) & 0xffff, NO_INTX);
    assert_int_equal(real_get32(card, BAR(0)), 0xf0000000);
    config_write(1, BAR(0), 4, BOOT_LOW_RAM_MAX + MIB(1));
    config_write(1, COMMAND, 2, MEMORY);
    assert_int_equal(card->shown_count, 2);
}

static void a_life_ends_asleep(void **state)
{
    struct real *card = add_card(4);

    (void)state;
    config_write(1, POWER_AT + 4, 2, 3);
    world_start();
    assert_int_equal(card->config[POWER_AT + 4], 0);
    assert_int_equal(config_read(1, POWER_AT + 4, 2), 0);
    assert_int_equal(real_get32(card, BAR(0)), 0xf0000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(some_are_hidden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(extended_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_extended_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_without_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_of_the_table_are_hidden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_entry_has_its_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(table_outside_of_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guest_sends_it_to_sleep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guest_resets_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_life_ends_asleep, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
