/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware's tables: found, read, and not believed where they are broken.
 */
#include "acpi.h"
#include "fakes.h"
#include "suites.h"

#include <string.h>

#define RSDP_AT 0xf1230u
#define RSDT_AT 0x120000u
#define XSDT_AT 0x121000u
#define MADT_AT 0x122000u

static uint8_t *at(uint32_t paddr)
{
    return (uint8_t *)host_memory + paddr;
}

static void put32(uint32_t paddr, uint32_t value)
{
    memcpy(at(paddr), &value, 4);
}

static void fix_sum(uint32_t paddr, uint32_t size, uint32_t sum_at)
{
    uint8_t sum = 0;
    at(paddr)[sum_at] = 0;
    for (uint32_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + at(paddr)[i]);
    at(paddr)[sum_at] = (uint8_t)-sum;
}

static void make_table(uint32_t paddr, const char *signature, uint32_t length)
{
    memcpy(at(paddr), signature, 4);
    put32(paddr + 4, length);
    fix_sum(paddr, length, 9);
}

static const uint8_t madt_entries[] = {
    0,  8,  0, 0, 1, 0, 0,    0,                  /* a local APIC */
    1,  12, 0, 0, 0, 0, 0xc0, 0xfe, 0,   0, 0, 0, /* I/O APIC at fec00000 */
    2,  10, 0, 0, 2, 0, 0,    0,    0,   0,       /* IRQ 0 at GSI 2 */
    2,  10, 0, 9, 9, 0, 0,    0,    0xd, 0,       /* IRQ 9: level, active high */
    2,  10, 0, 5, 5, 0, 0,    0,    0xf, 0,       /* IRQ 5: level, active low */
    99, 3,  7,                                    /* not known */
    1,  12, 1, 0, 0, 0, 0xc1, 0xfe, 24,  0, 0, 0, /* a second I/O APIC */
    5,  12, 0, 0, 0, 0, 0xe1, 0xfe, 0,   0, 0, 0, /* the local APIC is elsewhere */
};
#define MADT_LENGTH (44 + (uint32_t)sizeof(madt_entries))

/* Firmware with an RSDT (revision 0) or an XSDT (revision 2). */
static void make_firmware(uint8_t revision)
{
    machine_reset();
    put32(MADT_AT + 36, 0xfee00000);
    memcpy(at(MADT_AT + 44), madt_entries, sizeof(madt_entries));
    make_table(MADT_AT, "APIC", MADT_LENGTH);
    put32(RSDT_AT + 36, 0x1ff000); /* a table of zeros */
    put32(RSDT_AT + 40, MADT_AT);
    make_table(RSDT_AT, "RSDT", 44);
    put32(XSDT_AT + 36, MADT_AT);
    make_table(XSDT_AT, "XSDT", 44);
    memcpy(at(RSDP_AT), "RSD PTR ", 8);
    at(RSDP_AT)[15] = revision;
    put32(RSDP_AT + 16, RSDT_AT);
    put32(RSDP_AT + 20, 36);
    put32(RSDP_AT + 24, XSDT_AT);
    fix_sum(RSDP_AT, 20, 8);
    fix_sum(RSDP_AT, 36, 32);
}

static void check_found(void)
{
    assert_int_equal(found.lapic, 0xfee10000);
    assert_int_equal(found.ioapics, 2);
    assert_int_equal(found.ioapic[0].paddr, 0xfec00000);
    assert_int_equal(found.ioapic[1].paddr, 0xfec10000);
    assert_int_equal(found.ioapic[1].gsi_base, 24);
    assert_int_equal(found.overrides, 3);
    assert_int_equal(found.override[0].gsi, 2);
    assert_false(found.override[0].level || found.override[0].active_low);
    assert_true(found.override[1].level && !found.override[1].active_low);
    assert_true(found.override[2].level && found.override[2].active_low);
}

static void test_rsdt(void **state)
{
    (void)state;
    make_firmware(0);
    const struct acpi_rsdp *rsdp = acpi_find_rsdp();
    assert_ptr_equal(rsdp, at(RSDP_AT));
    acpi_init_interrupts(rsdp);
    check_found();
}

static void test_xsdt(void **state)
{
    (void)state;
    make_firmware(2);
    put32(RSDP_AT + 16, 0); /* the old pointer is not needed */
    fix_sum(RSDP_AT, 20, 8);
    fix_sum(RSDP_AT, 36, 32);
    acpi_init_interrupts(acpi_find_rsdp());
    check_found();
}

static void test_ebda(void **state)
{
    (void)state;
    make_firmware(0);
    memcpy(at(0x9fc40), at(RSDP_AT), 36);
    memset(at(RSDP_AT), 0, 36);
    at(0x40e)[1] = 0x9f;
    at(0x40e)[0] = 0xc0;
    assert_ptr_equal(acpi_find_rsdp(), at(0x9fc40));
}

static void test_broken(void **state)
{
    (void)state;
    make_firmware(0);
    at(RSDP_AT)[10] ^= 1;
    assert_null(acpi_find_rsdp());
    make_firmware(2);
    at(RSDP_AT)[30] ^= 1; /* in what revision 2 adds */
    assert_null(acpi_find_rsdp());

    make_firmware(0);
    at(MADT_AT)[60] ^= 1;
    acpi_init_interrupts(acpi_find_rsdp());
    assert_int_equal(found.lapic, 0xfee00000);
    assert_int_equal(found.ioapics, 1);
    assert_int_equal(found.overrides, 0);
    assert_non_null(strstr(console_text, "broken"));
    assert_non_null(strstr(console_text, "no ACPI MADT"));

    machine_reset();
    acpi_init_interrupts(NULL);
    assert_int_equal(found.ioapic[0].paddr, 0xfec00000);
}

/* Entries that do not fit, or have no length, end the list. */
static void test_short_entries(void **state)
{
    (void)state;
    make_firmware(0);
    at(MADT_AT)[44 + 8 + 1] = 4; /* the first I/O APIC: too short for what it is */
    make_table(MADT_AT, "APIC", MADT_LENGTH);
    acpi_init_interrupts(acpi_find_rsdp());
    assert_true(found.ioapics <= 1);

    make_firmware(0);
    at(MADT_AT)[44 + 1] = 0;
    make_table(MADT_AT, "APIC", MADT_LENGTH);
    acpi_init_interrupts(acpi_find_rsdp());
    assert_int_equal(found.ioapics, 0);
}

/* Random bytes under right checksums: no stray access, always an end. */
static void test_fuzz(void **state)
{
    (void)state;
    static const uint32_t tables[] = {RSDT_AT, XSDT_AT, MADT_AT};
    for (int round = 0; round < 1500; round++) {
        make_firmware(random_next() & 1 ? 2 : 0);
        uint32_t table = tables[random_next() % 3];
        uint32_t length = table == MADT_AT ? MADT_LENGTH : 44;
        for (unsigned n = random_next() % 8 + 1; n > 0; n--)
            at(table)[random_next() % length] = (uint8_t)random_next();
        uint32_t claimed;
        memcpy(&claimed, at(table + 4), 4);
        if (claimed >= 36 && claimed <= HOST_MEMORY_SIZE - table)
            fix_sum(table, claimed, 9);
        const struct acpi_rsdp *rsdp = acpi_find_rsdp();
        assert_non_null(rsdp);
        acpi_init_interrupts(rsdp);
    }
}

int acpi_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rsdt),          cmocka_unit_test(test_xsdt),
        cmocka_unit_test(test_ebda),          cmocka_unit_test(test_broken),
        cmocka_unit_test(test_short_entries), cmocka_unit_test(test_fuzz),
    };
    return cmocka_run_group_tests_name("firmware's tables", tests, NULL, NULL);
}
