/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMAR table: a table as firmware writes it, and others as nobody should.
 */
#include "iommu/tables.h"
#include "table_bytes.h"

#include <base/bits.h>

static const uint8_t flags_intremap = 1;

/* The bridge 00:1c.0 leads to bus 3, others to bus 9. */
static uint8_t behind(uint16_t bridge)
{
    return bridge == 0x00e0 ? 3 : 9;
}

static struct iommu_tables read_table(struct bytes *b)
{
    struct iommu_tables t;
    uint8_t *exact = bytes_exact(b);
    dmar_read(exact, b->size, behind, &t);
    free(exact);
    return t;
}

static void begin(struct bytes *b)
{
    bytes_begin(b, "DMAR");
    b->at[36] = 38; /* width of addresses, less one */
    b->at[37] = flags_intremap;
}

static void put_unit(struct bytes *b, uint8_t flags, uint16_t segment, uint64_t registers,
                     const uint8_t *scopes, unsigned size)
{
    put(b, 0, 2);
    put(b, 16 + size, 2);
    put(b, flags, 1);
    put(b, 0, 1);
    put(b, segment, 2);
    put(b, registers, 8);
    put_bytes(b, scopes, size);
}

static void put_region(struct bytes *b, uint64_t start, uint64_t limit, const uint8_t *scopes,
                       unsigned size)
{
    put(b, 1, 2);
    put(b, 24 + size, 2);
    put(b, 0, 2);
    put(b, 0, 2);
    put(b, start, 8);
    put(b, limit, 8);
    put_bytes(b, scopes, size);
}

static const uint8_t graphics[] = {1, 8, 0, 0, 0, 0, 2, 0};
static const uint8_t ioapic[] = {3, 8, 0, 0, 2, 0xf0, 0x1f, 7};
/* Behind the bridge, and behind one more of bus 3. */
static const uint8_t behind_bridges[] = {1, 12, 0, 0, 0, 0, 0x1c, 0, 1, 0, 4, 1};

static void test_usual(void **state)
{
    (void)state;
    struct bytes b;
    begin(&b);
    put_unit(&b, 0, 0, 0xfed90000, graphics, sizeof(graphics));
    put_unit(&b, 1, 0, 0xfed91000, ioapic, sizeof(ioapic));
    put_region(&b, 0x8b000000, 0x8f7fffff, graphics, sizeof(graphics));
    put_region(&b, 0x7a000000, 0x7a00ffff, behind_bridges, sizeof(behind_bridges));
    put(&b, 2, 2); /* something else */
    put(&b, 8, 2);
    put(&b, 0, 4);
    struct iommu_tables t = read_table(&b);
    assert_null(t.problem);
    assert_int_equal(t.kind, IOMMU_VTD);
    assert_true(t.remaps_interrupts);
    assert_int_equal(t.unit_count, 2);
    assert_int_equal(t.units[1].registers, 0xfed91000);
    assert_int_equal(t.ioapic_count, 1);
    assert_int_equal(t.ioapics[0].id, 2);
    assert_int_equal(t.ioapics[0].sender, 0xf0ff);
    assert_int_equal(t.region_count, 2);
    assert_int_equal(t.regions[0].start, 0x8b000000);
    assert_int_equal(t.regions[0].end, 0x8f800000);
    assert_int_equal(t.regions[0].first, 0x10);
    assert_int_equal(t.regions[1].first, 9 << 8 | 4 << 3 | 1);
    assert_int_equal(t.regions[1].last, t.regions[1].first);
}

static void test_segments(void **state)
{
    (void)state;
    struct bytes b;
    begin(&b);
    put_unit(&b, 1, 1, 0xfed90000, ioapic, sizeof(ioapic));
    struct iommu_tables t = read_table(&b);
    assert_null(t.problem);
    assert_true(t.units[0].foreign);
    assert_int_equal(t.ioapic_count, 0);
}

/* Each is refused as a whole. */
static void test_broken(void **state)
{
    (void)state;
    static const uint8_t short_scope[] = {1, 6, 0, 0, 0, 0}, odd_scope[] = {1, 7, 0, 0, 0, 0, 2},
                         no_scope[] = {1, 0, 0, 0, 0, 0, 2, 0},
                         long_scope[] = {1, 10, 0, 0, 0, 0, 2, 0};
    static const struct {
        const uint8_t *scopes;
        unsigned size;
        uint64_t start, limit;
    } regions[] = {
        {short_scope, sizeof(short_scope), 0x1000, 0x1fff},
        {odd_scope, sizeof(odd_scope), 0x1000, 0x1fff},
        {no_scope, sizeof(no_scope), 0x1000, 0x1fff},
        {long_scope, sizeof(long_scope), 0x1000, 0x1fff},
        {graphics, sizeof(graphics), 0x1000, 0xfff},
        {graphics, sizeof(graphics), 0x1001, 0x1fff},
        {graphics, sizeof(graphics), 0x1000, 0x1ffe},
        {graphics, sizeof(graphics), 0, ~0ul},
    };
    struct bytes b;
    for (unsigned i = 0; i < ARRAY_SIZE(regions); i++) {
        begin(&b);
        put_unit(&b, 1, 0, 0xfed90000, NULL, 0);
        put_region(&b, regions[i].start, regions[i].limit, regions[i].scopes, regions[i].size);
        assert_non_null(read_table(&b).problem);
    }
    static const uint64_t registers[] = {0, 0xfed90010};
    for (unsigned i = 0; i < 2; i++) {
        begin(&b);
        put_unit(&b, 1, 0, registers[i], NULL, 0);
        assert_non_null(read_table(&b).problem);
    }
    for (unsigned length = 0; length < 16; length++) {
        begin(&b);
        put(&b, 0, 2);
        put(&b, length, 2);
        put(&b, 0, 8);
        put(&b, 0, 8);
        assert_non_null(read_table(&b).problem);
    }
    begin(&b);
    for (unsigned i = 0; i <= IOMMU_UNITS_MAX; i++)
        put_unit(&b, 1, 0, 0xfed90000 + i * 0x1000, NULL, 0);
    assert_non_null(read_table(&b).problem);
    begin(&b);
    for (unsigned i = 0; i <= IOMMU_REGIONS_MAX; i++)
        put_region(&b, 0x1000, 0x1fff, graphics, sizeof(graphics));
    assert_non_null(read_table(&b).problem);
    for (b.size = 0; b.size < 48; b.size++)
        assert_non_null(read_table(&b).problem);
}

static void test_fuzz(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 30000; round++) {
        struct bytes b;
        begin(&b);
        put_unit(&b, 0, 0, 0xfed90000, graphics, sizeof(graphics));
        put_unit(&b, 1, 0, 0xfed91000, ioapic, sizeof(ioapic));
        put_region(&b, 0x7a000000, 0x7a00ffff, behind_bridges, sizeof(behind_bridges));
        bytes_spoil(&b);
        tables_check(read_table(&b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_fuzz),
    };
    return cmocka_run_group_tests_name("DMAR", tests, NULL, NULL);
}
