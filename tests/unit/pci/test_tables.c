/* SPDX-License-Identifier: BSD-2-Clause */
#include "suites.h"

#include <pcilist/tables.h>

#include <base/bits.h>

#include <stdlib.h>
#include <string.h>

struct table {
    uint8_t bytes[256];
    size_t size;
};

static void put(struct table *t, uint64_t value, unsigned bytes)
{
    memcpy(t->bytes + t->size, &value, bytes);
    t->size += bytes;
}

static void begin(struct table *t, const char *name, size_t header)
{
    memset(t, 0, sizeof(*t));
    memcpy(t->bytes, name, 4);
    t->size = header;
}

static void put_range(struct table *t, uint64_t base, unsigned segment, unsigned first,
                      unsigned last)
{
    put(t, base, 8);
    put(t, segment, 2);
    put(t, first, 1);
    put(t, last, 1);
    put(t, 0, 4);
}

static void finish(struct table *t)
{
    memcpy(t->bytes + 4, &(uint32_t){(uint32_t)t->size}, 4);
}

/* In memory that ends where it ends. */
static unsigned read_mcfg(const struct table *t, struct pci_ecam *ranges, unsigned max)
{
    uint8_t *exact = malloc(t->size ? t->size : 1);
    memcpy(exact, t->bytes, t->size);
    unsigned count = pcilist_read_mcfg(exact, t->size, ranges, max);
    free(exact);
    return count;
}

static unsigned read_iommus(const struct table *t, struct pci_iommu *units, unsigned max)
{
    uint8_t *exact = malloc(t->size ? t->size : 1);
    memcpy(exact, t->bytes, t->size);
    unsigned count = pcilist_read_iommus(exact, t->size, units, max);
    free(exact);
    return count;
}

static void test_mcfg(void **state)
{
    (void)state;
    struct table t;
    struct pci_ecam r[2];
    begin(&t, "MCFG", 44);
    put_range(&t, 0xb0000000, 0, 0, 255);
    put_range(&t, 0, 0, 0, 255);
    put_range(&t, 0xb0001000, 0, 0, 255);
    put_range(&t, 0xfffffffff0000000, 0, 0, 255);
    put_range(&t, 0xc0000000, 0, 2, 1);
    put_range(&t, 0xe0000000, 1, 3, 9);
    finish(&t);
    assert_int_equal(read_mcfg(&t, r, 2), 2);
    assert_int_equal(r[0].base, 0xb0000000);
    assert_int_equal(r[0].last, 255);
    assert_int_equal(r[1].segment, 1);
    assert_int_equal(r[1].first, 3);
    assert_int_equal(read_mcfg(&t, r, 1), 1);
    for (t.size = 0; t.size < 44 + 16; t.size++)
        assert_int_equal(read_mcfg(&t, r, 2), 0);
    memcpy(t.bytes, "MCFH", 4);
    assert_int_equal(read_mcfg(&t, r, 2), 0);
}

static void put_vtd(struct table *t, unsigned type, uint64_t registers)
{
    put(t, type, 2);
    put(t, 16, 2);
    put(t, 0, 4);
    put(t, registers, 8);
}

static void put_amdvi(struct table *t, unsigned type, uint64_t registers)
{
    put(t, type, 2);
    put(t, 24, 2);
    put(t, 0x10, 4);
    put(t, registers, 8);
    put(t, 0, 8);
}

static void test_iommus(void **state)
{
    (void)state;
    struct table t;
    struct pci_iommu u[3];
    begin(&t, "DMAR", 48);
    put_vtd(&t, 0, 0xfed90000);
    put_vtd(&t, 1, 0xfed91000); /* reserved memory */
    put_vtd(&t, 0, 0xfed92000);
    put_vtd(&t, 0, 0);
    finish(&t);
    assert_int_equal(read_iommus(&t, u, 3), 2);
    assert_int_equal(u[1].registers, 0xfed92000);
    assert_false(u[1].amd);
    begin(&t, "IVRS", 48);
    put_amdvi(&t, 0x10, 0xfed80000);
    put_amdvi(&t, 0x11, 0xfed80000);
    put_amdvi(&t, 0x20, 0xfed81000);
    finish(&t);
    assert_int_equal(read_iommus(&t, u, 3), 1);
    assert_true(u[0].amd);
    assert_int_equal(u[0].registers, 0xfed80000);
    begin(&t, "FACP", 48);
    finish(&t);
    assert_int_equal(read_iommus(&t, u, 3), 0);
}

/* Anything may be in them. */
static void test_fuzz(void **state)
{
    (void)state;
    srandom(1);
    for (unsigned round = 0; round < 30000; round++) {
        struct table t;
        struct pci_ecam ranges[4];
        struct pci_iommu units[4];
        begin(&t, round % 3 == 0 ? "MCFG" : round % 3 == 1 ? "DMAR" : "IVRS", 48);
        for (unsigned i = 0; i < 3; i++)
            round % 3 == 1 ? put_vtd(&t, 0, 0xfed90000) : put_amdvi(&t, 0x10, 0xfed80000);
        finish(&t);
        for (unsigned i = (unsigned)random() % 8; i > 0; i--)
            t.bytes[4 + (unsigned)random() % (t.size - 4)] = (uint8_t)random();
        t.size = (unsigned)random() % 4 ? t.size : (unsigned)random() % t.size;
        unsigned count = read_mcfg(&t, ranges, ARRAY_SIZE(ranges));
        assert_in_range(count, 0, ARRAY_SIZE(ranges));
        for (unsigned i = 0; i < count; i++)
            assert_true(ranges[i].base && ranges[i].base < BIT(52) &&
                        ranges[i].first <= ranges[i].last);
        assert_in_range(read_iommus(&t, units, ARRAY_SIZE(units)), 0, ARRAY_SIZE(units));
    }
}

int test_tables(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mcfg),
        cmocka_unit_test(test_iommus),
        cmocka_unit_test(test_fuzz),
    };
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
