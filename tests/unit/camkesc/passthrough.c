/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a monitor is given of the devices that it passes through: the resources for both spellings,
 * the badges of their interrupts, and that no port and no page is given twice.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE (1u << 27) /* global_endpoint_base of VM_PER_VM_CONFIG_DEF() */

static struct compiler *guest_with(const char *settings)
{
    struct compiler *cc = new_compiler();
    const char *text = arena_printf(
        &cc->arena,
        "import <VM/vm.camkes>;\n"
        "component Init0 {\n"
        "    control; consumes HaveInterrupt intready; emits HaveInterrupt intready_connector;\n"
        "    attribute string kernel_image; attribute int iospace_domain = 0;\n"
        "    attribute int pci_devices_iospace = 1;\n"
        "    attribute struct vm_pci_device pci_devices[] = [];\n"
        "    attribute struct vm_ioport vm_ioports[] = [];\n"
        "    attribute struct vm_irq vm_irqs[] = [];\n"
        "    attribute struct vm_guest_mapping guest_mappings[] = [];\n"
        "}\n"
        "assembly {\n"
        "    composition {\n"
        "        component Init0 vm0; component VMConfig vm0_config;\n"
        "        connection seL4GlobalAsynch i(from vm0.intready_connector, to vm0.intready);\n"
        "    }\n"
        "    configuration {\n"
        "        vm0.global_endpoint_base = 1 << 27;\n"
        "        vm0.config_pci_devices <- vm0_config.pci_devices;\n"
        "        vm0.config_ioports <- vm0_config.ioports;\n"
        "        vm0.config_irqs <- vm0_config.irqs;\n"
        "        vm0.config_guest_mappings <- vm0_config.guest_mappings;\n"
        "        %s\n"
        "    }\n"
        "}\n",
        settings);
    if (!compile_text(cc, text, strlen(text))) {
        diag_print(cc, stderr);
        fail_msg("does not compile");
    }
    return cc;
}

static const struct layout_instance *monitor(const struct compiler *cc)
{
    for (size_t i = 0; i < cc->layout->instances.count; i++)
        if (strcmp(cc->layout->instances.items[i]->instance->name, "vm0") == 0)
            return cc->layout->instances.items[i];
    fail_msg("no vm0");
    return NULL;
}

/* The `number`th resource of a kind; NULL where there are not so many. */
static const struct layout_resource *resource(const struct compiler *cc, const char *kind,
                                              size_t number)
{
    const struct layout_instance *in = monitor(cc);
    for (size_t i = 0; i < in->resources.count; i++)
        if (strcmp(in->resources.items[i].kind, kind) == 0 && number-- == 0)
            return &in->resources.items[i];
    return NULL;
}

static const struct held_cap *cap_of(const struct compiler *cc, const struct layout_resource *r)
{
    const struct held_cap *found = NULL;
    for (size_t i = 0; i < cc->layout->caps.count; i++) {
        const struct held_cap *cap = &cc->layout->caps.items[i];
        if (cap->cnode == monitor(cc)->cnode && cap->slot == r->slot) {
            assert_null(found);
            found = cap;
        }
    }
    assert_non_null(found);
    return found;
}

static void expect(const struct compiler *cc, const char *kind, size_t number, uint64_t first,
                   uint64_t last, uint64_t badge, const char *origin)
{
    const struct layout_resource *r = resource(cc, kind, number);
    assert_non_null(r);
    assert_int_equal(r->first, first);
    assert_int_equal(r->last, last);
    assert_int_equal(r->badge, badge);
    assert_string_equal(r->origin, origin);
    assert_true(r->optional);
    unsigned object = cap_of(cc, r)->object, signals = 0;
    assert_true(cc->layout->objects.items[object].flags & CAPDL_OPTIONAL);
    for (size_t i = 0; i < cc->layout->signals.count; i++) {
        const struct layout_signal *s = &cc->layout->signals.items[i];
        if (s->object != object)
            continue;
        signals++;
        assert_int_equal(s->badge, badge);
        assert_int_equal(s->notification, monitor(cc)->threads.items[0].bound_notification);
    }
    assert_int_equal(signals, badge != 0);
}

static void expect_count(const struct compiler *cc, const char *kind, size_t count)
{
    assert_true(count == 0 || resource(cc, kind, count - 1));
    assert_null(resource(cc, kind, count));
}

/* --- The tutorial's disk, in both spellings --- */

static void check_disk(const struct compiler *cc, const char *prefix)
{
    static const unsigned ports[][2] = {
        {0x4088, 0x408f}, {0x4094, 0x4097}, {0x4080, 0x4087}, {0x4060, 0x407f}};
    const char *old = *prefix == 'c' ? prefix : "";
    char origin[40];
    snprintf(origin, sizeof(origin), "%sioports", prefix);
    for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
        expect(cc, "IOPORTS", i, ports[i][0], ports[i][1], 0, origin);
    expect_count(cc, "IOPORTS", ARRAY_SIZE(ports));
    snprintf(origin, sizeof(origin), "%sirqs", prefix);
    expect(cc, "IRQ", 0, 0, 19, BASE | 1u << 12, origin);
    expect_count(cc, "IRQ", 1);
    snprintf(origin, sizeof(origin), "%spci_devices", old);
    expect(cc, "IOSPACE", 0, resource(cc, "IOSPACE", 0)->first, 0xfa, BASE | 1ull << 63, origin);
    assert_int_not_equal(resource(cc, "IOSPACE", 0)->first, 0);
    expect_count(cc, "IOSPACE", 1);
    for (unsigned i = 0; i < 8; i++)
        expect(cc, "MSI", i, 0xfa, i, BASE | 1ull << (32 + i), origin);
    expect_count(cc, "MSI", 8);
    expect(cc, "FRAME", 0, 0xc0713000, 12, 0, origin);
    expect_count(cc, "FRAME", 1);
}

static void test_tutorial(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    bool ok = compile_file(cc, TEST_DIR "/good/tutorial-passthrough.camkes");
    diag_print(cc, stderr);
    assert_true(ok);
    check_disk(cc, "config_");
    /* What people are told when the machine lacks it. */
    const struct held_cap *cap = cap_of(cc, resource(cc, "FRAME", 0));
    assert_string_equal(cc->layout->objects.items[cap->object].origin,
                        "vm0_config.pci_devices \"SATA\"");
    delete_compiler(cc);
}

static void test_today(void **state)
{
    (void)state;
    struct compiler *cc = guest_with("vm0.vm_ioports = [{\"start\":0x4088, \"end\":0x4090, "
                                     "\"pci_device\":0x1f, \"name\":\"SATA\"},"
                                     "                  {\"start\":0x4094, \"end\":0x4098, "
                                     "\"pci_device\":0x1f, \"name\":\"SATA\"},"
                                     "                  {\"start\":0x4080, \"end\":0x4088, "
                                     "\"pci_device\":0x1f, \"name\":\"SATA\"},"
                                     "                  {\"start\":0x4060, \"end\":0x4080, "
                                     "\"pci_device\":0x1f, \"name\":\"SATA\"}];"
                                     "vm0.pci_devices = [{\"name\":\"SATA\", \"bus\":0, "
                                     "\"dev\":0x1f, \"fun\":2, \"irq\":\"SATA\","
                                     "                    \"memory\":[{\"paddr\":0xc0713000, "
                                     "\"size\":0x800, \"page_bits\":12}]}];"
                                     "vm0.vm_irqs = [{\"name\":\"SATA\", \"ioapic\":0, "
                                     "\"source\":19, \"level_trig\":1, \"active_low\":1,"
                                     "                \"dest\":11}];");
    check_disk(cc, "vm_");
    delete_compiler(cc);
}

/* --- Ports --- */

static void test_ports(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        unsigned count, ranges[3][2];
    } cases[] = {
        /* As lspci's sizes lead to, or as the last port. */
        {"{\"start\": 0x3000, \"end\": 0x3020}", 1, {{0x3000, 0x301f}}},
        {"{\"start\": 0x3000, \"end\": 0x301f}", 1, {{0x3000, 0x301f}}},
        {"{\"start\": 0x1f0, \"end\": 0x1f7}, {\"start\": 0x3f6, \"end\": 0x3f6}",
         2,
         {{0x1f0, 0x1f7}, {0x3f6, 0x3f6}}},
        {"{\"start\": 0x1f0, \"end\": 0x1f8}", 1, {{0x1f0, 0x1f7}}},
        {"{\"start\": 0xff00, \"end\": 0x10000}", 1, {{0xff00, 0xffff}}},
        /* The keyboard's are no PCI device's. */
        {"{\"start\": 0x60, \"end\": 0x64}", 1, {{0x60, 0x64}}},
        /* Once, whatever overlaps. */
        {"{\"start\": 0x4080, \"end\": 0x4090}, {\"start\": 0x4088, \"end\": 0x4090}",
         1,
         {{0x4080, 0x408f}}},
        {"{\"start\": 0x1002, \"end\": 0x1005}, {\"start\": 0x1010, \"end\": 0x1013},"
         "{\"start\": 0x1004, \"end\": 0x1011}, {\"start\": 0x2000, \"end\": 0x2000}",
         2,
         {{0x1002, 0x1013}, {0x2000, 0x2000}}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char settings[400];
        snprintf(settings, sizeof(settings), "vm0_config.ioports = [%s];", cases[i].list);
        struct compiler *cc = guest_with(settings);
        expect_count(cc, "IOPORTS", cases[i].count);
        for (unsigned j = 0; j < cases[i].count; j++)
            expect(cc, "IOPORTS", j, cases[i].ranges[j][0], cases[i].ranges[j][1], 0,
                   "config_ioports");
        delete_compiler(cc);
    }
}

/* --- Memory --- */

static void test_pages(void **state)
{
    (void)state;
    struct compiler *cc = guest_with(
        "vm0.pci_devices = ["
        "    {\"name\":\"a\", \"bus\":1, \"dev\":0, \"fun\":0,"
        "     \"memory\":[{\"paddr\":0xc0500000, \"size\":0x2800, \"page_bits\":12},"
        "               {\"paddr\":0xd0000000, \"size\":0x400000, \"page_bits\":21}]},"
        /* Its last page is the first one's, whose first it shares as well. */
        "    {\"name\":\"b\", \"bus\":1, \"dev\":0, \"fun\":1,"
        "     \"memory\":[{\"paddr\":0xc04ff000, \"size\":0x2000, \"page_bits\":12},"
        "               {\"paddr\":0xc0600000, \"size\":0x100000, \"page_bits\":20}]}];"
        "vm0.guest_mappings = [{\"paddr\":0xfed40000, \"size\":0x1000, \"page_bits\":12}];");
    static const uint64_t pages[] = {0xc0500000, 0xc0501000, 0xc0502000};
    for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
        expect(cc, "FRAME", i, pages[i], 12, 0, "pci_devices");
    expect(cc, "FRAME", 3, 0xd0000000, 21, 0, "pci_devices");
    expect(cc, "FRAME", 4, 0xd0200000, 21, 0, "pci_devices");
    expect(cc, "FRAME", 5, 0xc04ff000, 12, 0, "pci_devices");
    expect(cc, "FRAME", 6, 0xc0600000, 12, 0, "pci_devices");
    expect(cc, "FRAME", 6 + 255, 0xc06ff000, 12, 0, "pci_devices");
    expect(cc, "FRAME", 6 + 256, 0xfed40000, 12, 0, "guest_mappings");
    expect_count(cc, "FRAME", 6 + 257);
    delete_compiler(cc);
}

/* --- Messages --- */

/* There are 31 bits for them, which go round; and the domain is as the description says. */
static void test_messages(void **state)
{
    (void)state;
    struct compiler *cc =
        guest_with("vm0.iospace_domain = 0xf;"
                   "vm0.pci_devices = [{\"name\":\"a\", \"bus\":0, \"dev\":3, \"fun\":0},"
                   "                   {\"name\":\"b\", \"bus\":0, \"dev\":4, \"fun\":0},"
                   "                   {\"name\":\"c\", \"bus\":0, \"dev\":5, \"fun\":0},"
                   "                   {\"name\":\"d\", \"bus\":2, \"dev\":6, \"fun\":7}];");
    static const unsigned functions[] = {0x18, 0x20, 0x28, 0x237};
    for (unsigned i = 0; i < 32; i++)
        expect(cc, "MSI", i, functions[i / 8], i % 8, BASE | 1ull << (i == 31 ? 32 : 32 + i),
               "pci_devices");
    for (unsigned i = 0; i < 4; i++)
        expect(cc, "IOSPACE", i, 0xf, functions[i], BASE | 1ull << 63, "pci_devices");
    delete_compiler(cc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tutorial), cmocka_unit_test(test_today),
        cmocka_unit_test(test_ports),    cmocka_unit_test(test_pages),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
