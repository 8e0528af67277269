/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IVRS table: a table as firmware writes it, and others as nobody should.
 */
#include "iommu/tables.h"
#include "table_bytes.h"

#include <base/bits.h>

static struct iommu_tables read_table(struct bytes *b)
{
    struct iommu_tables t;
    uint8_t *exact = bytes_exact(b);
    ivrs_read(exact, b->size, &t);
    free(exact);
    return t;
}

static void put_unit(struct bytes *b, uint8_t type, uint16_t function, uint64_t registers,
                     const uint8_t *entries, unsigned size)
{
    unsigned header = type == 0x10 ? 24 : 40;
    put(b, type, 1);
    put(b, 0, 1);
    put(b, header + size, 2);
    put(b, function, 2);
    put(b, 0x40, 2);
    put(b, registers, 8);
    put(b, 0, 8); /* segment, … */
    for (unsigned i = 24; i < header; i++)
        put(b, 0, 1);
    put_bytes(b, entries, size);
}

static void put_memory(struct bytes *b, uint8_t type, uint16_t first, uint16_t last, uint64_t start,
                       uint64_t length)
{
    put(b, type, 1);
    put(b, 1, 1);
    put(b, 32, 2);
    put(b, first, 2);
    put(b, last, 2);
    put(b, 0, 8);
    put(b, start, 8);
    put(b, length, 8);
}

/* All devices; a range; the I/O APIC; the HPET; one with a name. */
static const uint8_t entries[] = {
    1,    0,    0, 0,                    /* */
    3,    8,    0, 0,                    /* */
    4,    0xff, 0, 0,                    /* */
    0x48, 0,    0, 0, 7,   0xa0, 0,   1, /* */
    0x48, 0,    0, 0, 0,   0xa1, 0,   2, /* */
    0xf0, 0xb0, 0, 0, 'A', 'M',  'D', 'I', '0', '0', '4', '0',
    0,    0,    0, 0, 0,   0,    0,   0,   1,   2,   'i', 'd',
};

static void test_usual(void **state)
{
    (void)state;
    struct bytes b;
    bytes_begin(&b, "IVRS");
    put_unit(&b, 0x10, 2, 0xfeb80000, entries, 28);
    put_unit(&b, 0x40, 2, 0xfeb80000, entries, sizeof(entries)); /* the same one */
    put_memory(&b, 0x21, 0x98, 0, 0x7a000000, 0x10000);
    put_memory(&b, 0x22, 0x100, 0x1ff, 0x7b000000, 0x1000);
    put_memory(&b, 0x20, 0, 0, 0x7c000000, 0x1000);
    put(&b, 0x99, 1); /* something else */
    put(&b, 0, 1);
    put(&b, 4, 2);
    struct iommu_tables t = read_table(&b);
    assert_null(t.problem);
    assert_int_equal(t.kind, IOMMU_AMDVI);
    assert_int_equal(t.unit_count, 1);
    assert_int_equal(t.units[0].registers, 0xfeb80000);
    assert_int_equal(t.units[0].function, 2);
    assert_int_equal(t.ioapic_count, 1);
    assert_int_equal(t.ioapics[0].id, 7);
    assert_int_equal(t.ioapics[0].sender, 0xa0);
    assert_int_equal(t.region_count, 3);
    assert_int_equal(t.regions[0].end, 0x7a010000);
    assert_int_equal(t.regions[0].last, 0x98);
    assert_int_equal(t.regions[1].last, 0x1ff);
    assert_int_equal(t.regions[2].first, 0);
    assert_int_equal(t.regions[2].last, 0xffff);
}

static void test_broken(void **state)
{
    (void)state;
    struct bytes b;
    /* An entry that ends after its block, wherever that is. */
    for (unsigned size = 1; size < sizeof(entries); size++) {
        bytes_begin(&b, "IVRS");
        put_unit(&b, 0x11, 2, 0xfeb80000, entries, size);
        bool whole = size == 4 || size == 8 || size == 12 || size == 20 || size == 28;
        assert_int_equal(!read_table(&b).problem, whole);
    }
    for (unsigned length = 0; length < 40; length++) {
        bytes_begin(&b, "IVRS");
        put(&b, 0x11, 2);
        put(&b, length, 2);
        for (unsigned i = 4; i < length; i++)
            put(&b, 0x10, 1);
        assert_non_null(read_table(&b).problem);
    }
    static const struct {
        uint16_t first, last;
        uint64_t start, length;
    } regions[] = {
        {5, 4, 0x1000, 0x1000}, {4, 5, 0x1000, 0},         {4, 5, 0x1800, 0x1000},
        {4, 5, 0x1000, 0x1800}, {4, 5, -0x1000ul, 0x2000},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(regions); i++) {
        bytes_begin(&b, "IVRS");
        put_memory(&b, 0x22, regions[i].first, regions[i].last, regions[i].start,
                   regions[i].length);
        assert_non_null(read_table(&b).problem);
    }
    for (b.size = 0; b.size < BYTES_HEADER; b.size++)
        assert_non_null(read_table(&b).problem);
}

static void test_fuzz(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 30000; round++) {
        struct bytes b;
        bytes_begin(&b, "IVRS");
        put_unit(&b, 0x10, 2, 0xfeb80000, entries, 28);
        put_unit(&b, 0x40, 3, 0xfeb90000, entries, sizeof(entries));
        put_memory(&b, 0x22, 0x100, 0x1ff, 0x7b000000, 0x1000);
        bytes_spoil(&b);
        tables_check(read_table(&b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_fuzz),
    };
    return cmocka_run_group_tests_name("IVRS", tests, NULL, NULL);
}
