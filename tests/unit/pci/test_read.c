/* SPDX-License-Identifier: BSD-2-Clause */
#include "choose.h"
#include "read.h"
#include "suites.h"

#include <base/bits.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void check_bar(const struct pci_bar *bar, enum pci_bar_kind kind, uint64_t address,
                      uint64_t size)
{
    assert_int_equal(bar->kind, kind);
    assert_int_equal(bar->address, address);
    assert_int_equal(bar->size, size);
}

static void test_lspci(void **state)
{
    (void)state;
    struct pci_machine *m = machine_read("q35.lspci");
    assert_int_equal(m->count, 7);
    const struct pci_function *disk = pcilist_find(m, 0, 5, 0), *net = pcilist_find(m, 0, 6, 0);
    assert_int_equal(disk->class_code, 0x010601);
    assert_int_equal(disk->pin, 1);
    assert_int_equal(disk->route, PCI_ROUTE_GSI);
    assert_int_equal(disk->gsi, 21);
    assert_int_equal(disk->msi, 1);
    assert_int_equal(disk->group, 2);
    check_bar(&disk->bars[4], PCI_BAR_PORTS, 0xc040, 32);
    check_bar(&disk->bars[5], PCI_BAR_MEMORY, 0xfebd5000, 0x1000);
    assert_int_equal(disk->bars[0].kind, PCI_BAR_ABSENT);
    assert_int_equal(net->msix, 5);
    check_bar(&net->bars[3], PCI_BAR_MEMORY, 0xfebd0000, 0x4000);
    /* Without a driver the number is what the firmware noted for the 8259 pair. */
    assert_int_equal(pcilist_find(m, 0, 31, 3)->route, PCI_ROUTE_LINE);
    assert_non_null(pcilist_refusal(pcilist_find(m, 0, 31, 0)));
    assert_null(pcilist_refusal(net));
    free(m);
    m = machine_read("q35-messages.lspci");
    assert_int_equal(pcilist_find(m, 0, 5, 0)->route, PCI_ROUTE_MESSAGE);
    assert_int_equal(pcilist_find(m, 0, 4, 0)->secondary, 1);
    assert_int_equal(pcilist_find(m, 1, 0, 0)->gsi, 20);
    free(m);
}

/* The bytes alone have everything but sizes and where interrupts go. */
static void test_bytes(void **state)
{
    (void)state;
    struct pci_machine *m = machine_read("q35.hex");
    const struct pci_function *net = pcilist_find(m, 0, 6, 0);
    assert_int_equal(net->vendor, 0x8086);
    assert_int_equal(net->device, 0x10d3);
    assert_int_equal(net->class_code, 0x020000);
    assert_int_equal(net->msix, 5);
    assert_int_equal(net->pin, 1);
    assert_int_equal(net->route, PCI_ROUTE_LINE);
    check_bar(&net->bars[0], PCI_BAR_MEMORY, 0xfeb80000, 0);
    check_bar(&net->bars[2], PCI_BAR_PORTS, 0xc060, 0);
    free(m);
}

/* A list that pcilist_print_list() wrote is read again; and written, it is the same. */
static void test_own_list(void **state)
{
    (void)state;
    static const char *const names[] = {"q35.lspci", "q35-messages.lspci", "cma34cr.lspci"};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        struct pci_machine *m = machine_read(names[i]), *again = calloc(1, sizeof(*again));
        char *text[2];
        size_t size[2];
        FILE *out = open_memstream(&text[0], &size[0]);
        pcilist_print_list(out, m);
        fclose(out);
        assert_null(lspci_read(again, text[0], size[0]));
        out = open_memstream(&text[1], &size[1]);
        pcilist_print_list(out, again);
        fclose(out);
        assert_string_equal(text[0], text[1]);
        free(text[0]);
        free(text[1]);
        free(m);
        free(again);
    }
}

/* What Linux found out on the same boards. */
static void test_route(void **state)
{
    (void)state;
    static const char *const names[] = {"q35.lspci", "q35-messages.lspci", "pc.lspci"};
    static const uint8_t pirq[4] = {10, 10, 11, 11};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        struct pci_machine *m = machine_read(names[i]);
        bool is_pc = names[i][0] == 'p';
        struct pci_machine before = *m;
        for (unsigned j = 0; j < m->count; j++) {
            struct pci_function *f = &m->functions[j];
            f->route = PCI_ROUTE_UNKNOWN;
            f->vendor = 0x8086;
            f->board = 0x1af4;
            f->device = f->dev == 31 ? 0x2918 : f->dev == 1 && is_pc ? 0x7000 : 0;
        }
        pcilist_route(m, pirq);
        unsigned known = 0;
        for (unsigned j = 0; j < m->count; j++)
            if (before.functions[j].route == PCI_ROUTE_GSI) {
                assert_int_equal(m->functions[j].route, PCI_ROUTE_GSI);
                assert_int_equal(m->functions[j].gsi, before.functions[j].gsi);
                known++;
            }
        assert_int_not_equal(known, 0);
        free(m);
    }
}

static void put_file(const char *folder, const char *name, const char *text, size_t size)
{
    char path[600];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(text, 1, size, file);
    fclose(file);
}

/* One file of a device: links as links, configuration space as bytes. */
static void put_section(const char *folder, const char *name, const char *text, size_t size)
{
    char path[600], copy[8192], bytes[256];
    size_t count = 0;
    snprintf(copy, sizeof(copy), "%.*s", (int)size, text);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (strcmp(name, "driver") == 0 || strcmp(name, "iommu_group") == 0) {
        copy[strcspn(copy, "\n")] = '\0';
        assert_int_equal(symlink(copy, path), 0);
        return;
    }
    if (strcmp(name, "config") != 0) {
        put_file(folder, name, text, size);
        return;
    }
    for (char *row = strtok(copy, "\n"); row && count + 16 <= sizeof(bytes);
         row = strtok(NULL, "\n"))
        for (unsigned i = 0; i < 16; i++)
            bytes[count++] = (char)strtoul(row + 4 + i * 3, NULL, 16);
    put_file(folder, name, bytes, count);
}

static void unpack(const char *root, char *text)
{
    char folder[512] = "", name[32] = "";
    const char *section = NULL;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        next = next ? next + 1 : NULL;
        if (strncmp(line, "@@@ ", 4) == 0 || strncmp(line, "-- ", 3) == 0 || !next) {
            if (section)
                put_section(folder, name, section, (size_t)(line - section));
            section = line[0] == '-' ? next : NULL;
        }
        if (strncmp(line, "@@@ sysfs ", 10) == 0) {
            snprintf(folder, sizeof(folder), "%s/%.12s", root, line + 10);
            assert_int_equal(mkdir(folder, 0755), 0);
        }
        sscanf(line, "-- %31s", name);
    }
}

static void test_sysfs(void **state)
{
    (void)state;
    char root[] = "/tmp/pci-test-XXXXXX", command[64];
    assert_non_null(mkdtemp(root));
    char *text = machine_text("q35.sysfs");
    unpack(root, text);
    free(text);
    struct pci_machine *m = calloc(1, sizeof(*m)), *same = machine_read("q35.lspci");
    assert_null(sysfs_read(m, root));
    assert_int_equal(m->count, same->count);
    for (unsigned i = 0; i < m->count; i++) {
        const struct pci_function *f = &m->functions[i], *g = &same->functions[i];
        assert_int_equal(f->dev, g->dev);
        assert_int_equal(f->class_code, g->class_code);
        assert_int_equal(f->pin, g->pin);
        assert_int_equal(f->route, g->route);
        assert_int_equal(f->gsi, g->gsi);
        assert_int_equal(f->msi, g->msi);
        assert_int_equal(f->msix, g->msix);
        assert_int_equal(f->group, g->group);
        for (unsigned b = 0; b < PCI_BARS; b++)
            check_bar(&f->bars[b], g->bars[b].kind, g->bars[b].address, g->bars[b].size);
    }
    free(m);
    free(same);
    snprintf(command, sizeof(command), "rm -r %s", root);
    assert_int_equal(system(command), 0);
    struct pci_machine none = {.count = 0};
    assert_non_null(sysfs_read(&none, root));
}

static void test_choice(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        int device; /* on bus 0, function 0; -1: refused */
    } cases[] = {
        {"00:05.0", NULL, 5},  {"0000:00:05.0", NULL, 5}, {"ethernet", NULL, 6},
        {"82574", NULL, 6},    {"net=00:06.0", "net", 6}, {"sata", NULL, -1},
        {"00:00.0", NULL, -1}, {"00:1f.3", NULL, -1},     {"00:07.0", NULL, -1},
        {"", NULL, -1},        {"a b=00:06.0", NULL, -1}, {"=00:06.0", NULL, -1},
    };
    struct pci_machine *m = machine_read("q35.lspci");
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[64];
        struct pci_choice choice;
        snprintf(text, sizeof(text), "%s", cases[i].text);
        const char *problem = choose(m, text, &choice);
        assert_int_equal(!!problem, cases[i].device < 0);
        if (problem)
            continue;
        assert_int_equal(choice.function->dev, cases[i].device);
        if (cases[i].name)
            assert_string_equal(choice.name, cases[i].name);
        else
            assert_null(choice.name);
    }
    free(m);
}

/* A capability list without an end; too many functions; nothing. */
static void test_odd(void **state)
{
    (void)state;
    struct pci_function f = {0};
    uint8_t config[256] = {0x86, 0x80, 1, 0, 0, 0, 0x10};
    config[0x34] = 0x50;
    config[0x50] = 5;
    config[0x51] = 0x50;
    for (size_t size = 0; size <= sizeof(config); size++)
        pcilist_decode(&f, config, size);
    assert_int_equal(f.msi, 1);
    struct pci_machine *m = calloc(1, sizeof(*m));
    char *text, line[32];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (unsigned i = 0; i <= PCI_FUNCTIONS_MAX; i++)
        fprintf(out, "%02x:%02x.%x Serial controller: x\n", i >> 8, i >> 3 & 31, i & 7);
    fclose(out);
    assert_non_null(lspci_read(m, text, size));
    free(text);
    snprintf(line, sizeof(line), "nothing\n");
    m->count = 0;
    assert_non_null(lspci_read(m, line, strlen(line)));
    free(m);
}

int test_read(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lspci), cmocka_unit_test(test_bytes), cmocka_unit_test(test_own_list),
        cmocka_unit_test(test_route), cmocka_unit_test(test_sysfs), cmocka_unit_test(test_choice),
        cmocka_unit_test(test_odd),
    };
    return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
