/* SPDX-License-Identifier: BSD-2-Clause */
#include "read.h"
#include "suites.h"

#include <base/bits.h>

#include <stdlib.h>
#include <string.h>

#define DEVICES_MAX 4

/* The settings for these functions, by place (bus << 8 | dev << 3 | fun); to be freed. */
static char *print(const struct pci_machine *m, const struct pci_style *style, unsigned count,
                   const unsigned *places, unsigned *warnings)
{
    struct pci_choice choices[DEVICES_MAX] = {{NULL, NULL}};
    char names[DEVICES_MAX][32], *text;
    size_t size;
    for (unsigned i = 0; i < count; i++) {
        choices[i].function =
            pcilist_find(m, (uint8_t)(places[i] >> 8), places[i] >> 3 & 31, places[i] & 7);
        assert_non_null(choices[i].function);
    }
    pcilist_name_choices(choices, count, names);
    FILE *out = open_memstream(&text, &size);
    *warnings = pcilist_print_stanzas(out, m, choices, count, style);
    fclose(out);
    return text;
}

static void expect(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("no '%s' in:\n%s", line, text);
}

static void expect_no(const char *text, const char *line)
{
    if (strstr(text, line))
        fail_msg("'%s' in:\n%s", line, text);
}

/* The tutorial's numbers become the tutorial's stanzas. */
static void test_tutorial(void **state)
{
    (void)state;
    static const unsigned places[] = {0x1f << 3 | 2, 5 << 8};
    static const char *const wanted[] = {
        "vm0_config.pci_devices_iospace = 1;\n",
        "{\"start\": 0x4088, \"end\": 0x408f, \"pci_device\": 0x1f, \"name\": \"SATA\"}",
        "{\"start\": 0x4094, \"end\": 0x4097, \"pci_device\": 0x1f, \"name\": \"SATA\"}",
        "{\"start\": 0x4080, \"end\": 0x4087, \"pci_device\": 0x1f, \"name\": \"SATA\"}",
        "{\"start\": 0x4060, \"end\": 0x407f, \"pci_device\": 0x1f, \"name\": \"SATA\"}",
        "{\"start\": 0x3000, \"end\": 0x301f, \"pci_device\": 0x0, \"name\": \"Ethernet5\"}",
        "{\"paddr\": 0xc0713000, \"size\": 0x800, \"page_bits\": 12}",
        "{\"paddr\": 0xc0500000, \"size\": 0x20000, \"page_bits\": 12}",
        "{\"paddr\": 0xc0520000, \"size\": 0x4000, \"page_bits\": 12}",
        "{\"name\": \"SATA\", \"source\": 19, \"level_trig\": 1, \"active_low\": 1, \"dest\": 11}",
        "{\"name\": \"Ethernet5\", \"source\": 17, \"level_trig\": 1, \"active_low\": 1, ",
        "\"dest\": 10},\n];\n",
    };
    struct pci_machine *m = machine_read("cma34cr.lspci");
    struct pci_style style = {.vm = "vm0", .of_2018 = true};
    unsigned warnings;
    char *text = print(m, &style, 2, places, &warnings);
    assert_int_equal(warnings, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(wanted); i++)
        expect(text, wanted[i]);
    free(text);
    style = (struct pci_style){.vm = "vm3", .without_iommu = true};
    text = print(m, &style, 2, places, &warnings);
    assert_int_equal(warnings, 1);
    expect(text, "vm3.pci_devices_without_iommu = [\"SATA\", \"Ethernet5\"];\n");
    expect(text, "vm3.vm_irqs = [\n    {\"name\": \"SATA\", \"ioapic\": 0, \"source\": 19, ");
    expect_no(text, "iospace");
    expect_no(text, "_config");
    free(text);
    free(m);
}

static void test_groups(void **state)
{
    (void)state;
    static const unsigned chipset_disk = 0x1f << 3 | 2;
    struct pci_machine *m = machine_read("q35.lspci");
    struct pci_style style = {.vm = "vm0"};
    unsigned warnings;
    char *text = print(m, &style, 1, &chipset_disk, &warnings);
    expect(text, "// Warning: SATA: 00:1f.0 ISA bridge is in the same IOMMU group (4)");
    expect(text, "// Warning: SATA: 00:1f.3 SMBus is in the same IOMMU group (4)");
    assert_int_equal(warnings, 2);
    free(text);
    free(m);
}

static void forget_groups(struct pci_machine *m, int *groups)
{
    for (unsigned i = 0; i < m->count; i++) {
        groups[i] = m->functions[i].group;
        m->functions[i].group = PCI_NONE;
    }
}

static int group_of(const struct pci_machine *m, uint8_t bus, uint8_t dev)
{
    return pcilist_find(m, bus, dev, 0)->group;
}

/* What Linux has found on these machines, and what would be with other ports. */
static void test_found_groups(void **state)
{
    (void)state;
    enum { ENDPOINT = 1, ROOT_PORT = 5, DOWNSTREAM_PORT = 7, TO_CONVENTIONAL = 8 };
    int groups[PCI_FUNCTIONS_MAX];
    struct pci_machine *m = machine_read("q35.lspci");
    forget_groups(m, groups);
    pcilist_group(m);
    for (unsigned i = 0; i < m->count; i++)
        assert_int_equal(m->functions[i].group, groups[i]);
    free(m);
    m = machine_read("q35-messages.lspci");
    forget_groups(m, groups);
    struct pci_function *port = (struct pci_function *)pcilist_find(m, 0, 4, 0);
    port->express = ROOT_PORT;
    port->isolates = true;
    pcilist_group(m);
    for (unsigned i = 0; i < m->count; i++)
        assert_int_equal(m->functions[i].group, groups[i]);

    struct pci_function *other = pcilist_add(m, 0, 1, 1, 0);
    other->express = ENDPOINT;
    forget_groups(m, groups);
    pcilist_group(m);
    assert_int_not_equal(group_of(m, 1, 0), group_of(m, 1, 1));
    port->isolates = false;
    forget_groups(m, groups);
    pcilist_group(m);
    assert_int_equal(group_of(m, 1, 0), group_of(m, 0, 4));
    assert_int_equal(group_of(m, 1, 1), group_of(m, 0, 4));
    port->isolates = true;
    port->express = TO_CONVENTIONAL;
    forget_groups(m, groups);
    pcilist_group(m);
    assert_int_equal(group_of(m, 1, 0), group_of(m, 1, 1));
    /* What somebody has said stays. */
    port->express = ROOT_PORT;
    pcilist_group(m);
    assert_int_equal(group_of(m, 1, 0), group_of(m, 1, 1));
    /* Two ports of a switch, and what is behind them. */
    port->express = DOWNSTREAM_PORT;
    struct pci_function *second = pcilist_add(m, 0, 0, 5, 0);
    second->express = DOWNSTREAM_PORT;
    second->header = 1;
    second->secondary = 2;
    struct pci_function *behind = pcilist_add(m, 0, 2, 0, 0);
    behind->express = ENDPOINT;
    for (unsigned i = 0; i < 2; i++) {
        port->isolates = second->isolates = i;
        forget_groups(m, groups);
        pcilist_group(m);
        assert_int_equal(group_of(m, 1, 0) == group_of(m, 2, 0), i == 0);
    }
    /* A bridge to its own bus is no way out. */
    port->secondary = 0;
    forget_groups(m, groups);
    pcilist_group(m);
    free(m);
}

static void test_access_control(void **state)
{
    (void)state;
    assert_true(pcilist_isolates(0x001d001f));
    assert_false(pcilist_isolates(0x0000001f));
    assert_false(pcilist_isolates(0x0005001d));
    assert_true(pcilist_isolates(0x00000000));               /* nothing can pass in it */
    assert_int_equal(pcilist_isolating(0x0000005f), 0x001d); /* and no more than that */
    assert_int_equal(pcilist_isolating(0x00020007), 0x0007); /* what was on stays */
}

static void test_interrupts(void **state)
{
    (void)state;
    static const unsigned disk = 5 << 3, both[] = {5 << 3, 6 << 3};
    struct pci_style style = {.vm = "vm0"};
    unsigned warnings;
    struct pci_machine *m = machine_read("q35-messages.lspci");
    char *text = print(m, &style, 1, &disk, &warnings);
    expect(text, "its driver uses messages");
    expect(text, "vm0.vm_irqs = [\n];\n");
    expect_no(text, "\"irq\"");
    free(text);
    free(m);
    /* One input for two devices: of one guest's, one entry; else a warning. */
    m = machine_read("q35.lspci");
    ((struct pci_function *)pcilist_find(m, 0, 6, 0))->gsi = 21;
    text = print(m, &style, 2, both, &warnings);
    assert_int_equal(warnings, 0);
    expect(text, "\"fun\": 0,\n        \"irq\": \"SATA\",\n        \"memory\": [\n            "
                 "{\"paddr\": 0xfeb80000");
    expect_no(text, "\"dest\": 10");
    free(text);
    text = print(m, &style, 1, both, &warnings);
    assert_int_equal(warnings, 1);
    expect(text, "interrupt 21 is also that of 00:06.0 Ethernet controller");
    free(text);
    /* Another I/O APIC's. */
    ((struct pci_function *)pcilist_find(m, 0, 5, 0))->gsi = 24;
    text = print(m, &style, 1, both, &warnings);
    expect(text, "it is not one of the first I/O APIC");
    free(text);
    free(m);
}

/* More inputs than the guest has lines: all lines differ, and the rest is told of. */
static void test_lines(void **state)
{
    (void)state;
    struct pci_machine *m = calloc(1, sizeof(*m));
    struct pci_choice choices[16] = {{NULL, NULL}};
    char names[16][32], *text;
    size_t size;
    for (unsigned i = 0; i < 16; i++) {
        struct pci_function *f = pcilist_add(m, 0, 0, (uint8_t)i, 0);
        *f = (struct pci_function){.dev = (uint8_t)i,
                                   .class_code = 0x020000,
                                   .pin = 1,
                                   .route = PCI_ROUTE_GSI,
                                   .gsi = (int)i + 3,
                                   .group = PCI_NONE};
        choices[i].function = f;
    }
    pcilist_name_choices(choices, 16, names);
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(pcilist_print_stanzas(out, m, choices, 16, &(struct pci_style){.vm = "vm0"}),
                     16 - 11);
    fclose(out);
    expect(text, "the guest has no line left for it");
    for (unsigned line = 0; line < 16; line++) {
        char entry[24];
        snprintf(entry, sizeof(entry), "\"dest\": %u}", line);
        const char *first = strstr(text, entry);
        bool own = line == 0 || line == 2 || line == 4 || line == 8 || line == 9;
        assert_int_equal(!!first, !own);
        assert_true(!first || !strstr(first + 1, entry));
    }
    free(text);
    free(m);
}

static void test_legacy_ide(void **state)
{
    (void)state;
    static const unsigned ide = 1 << 3 | 1;
    struct pci_machine *m = machine_read("pc.lspci");
    struct pci_style style = {.vm = "vm0"};
    unsigned warnings;
    char *text = print(m, &style, 1, &ide, &warnings);
    assert_int_equal(warnings, 0);
    expect(text, "{\"start\": 0x170, \"end\": 0x177, ");
    expect(text, "{\"start\": 0x3f6, \"end\": 0x3f6, ");
    expect(text, "{\"start\": 0xc040, \"end\": 0xc04f, ");
    expect(text, "\"source\": 14, \"level_trig\": 0, \"active_low\": 0, \"dest\": 14}");
    expect(text, "\"source\": 15, \"level_trig\": 0, \"active_low\": 0, \"dest\": 15}");
    free(text);
    free(m);
}

static void test_registers(void **state)
{
    (void)state;
    static const unsigned disk = 5 << 3;
    struct pci_style style = {.vm = "vm0"};
    unsigned warnings;
    struct pci_machine *m = machine_read("q35.lspci");
    struct pci_function *f = (struct pci_function *)pcilist_find(m, 0, 5, 0);
    /* In one page with registers of the other disk controller. */
    f->bars[5].size = 0x800;
    f->bars[5].address = 0xfebd6800;
    char *text = print(m, &style, 1, &disk, &warnings);
    assert_int_equal(warnings, 2);
    expect(text, "region 5 at 0xfebd6800 does not begin with a page");
    expect(text, "region 5 is in one page with region 5 of 00:1f.2");
    expect_no(text, "\"paddr\"");
    free(text);
    f->bars[5].address = 0;
    f->bars[4].size = 0;
    text = print(m, &style, 1, &disk, &warnings);
    assert_int_equal(warnings, 2);
    expect(text, "region 5 has no address");
    expect(text, "the size of region 4 at 0xc040 is not said");
    expect_no(text, "0xc040, \"end\"");
    free(text);
    /* Large pages where the memory is made of them. */
    f->bars[5] = (struct pci_bar){.kind = PCI_BAR_MEMORY, .address = 0x8000000000, .size = MIB(4)};
    text = print(m, &style, 1, &disk, &warnings);
    expect(text, "{\"paddr\": 0x8000000000, \"size\": 0x400000, \"page_bits\": 21}");
    free(text);
    free(m);
}

int test_stanzas(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tutorial),     cmocka_unit_test(test_groups),
        cmocka_unit_test(test_found_groups), cmocka_unit_test(test_access_control),
        cmocka_unit_test(test_interrupts),   cmocka_unit_test(test_lines),
        cmocka_unit_test(test_legacy_ide),   cmocka_unit_test(test_registers),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
