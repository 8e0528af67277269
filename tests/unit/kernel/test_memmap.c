/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of memory, allocation from them, and their division into untypeds.
 */
#include "fakes.h"
#include "memmap.h"
#include "suites.h"
#include "untypeds.h"

#include <string.h>

static int reset(void **state)
{
    (void)state;
    machine_reset();
    memset(&memmap_ram, 0, sizeof(memmap_ram));
    memset(&memmap_free, 0, sizeof(memmap_free));
    return 0;
}

static void test_ranges_merge(void **state)
{
    (void)state;
    static struct ranges r;
    r.count = 0;
    ranges_add(&r, 0x5000, 0x6000);
    ranges_add(&r, 0x1000, 0x2000);
    ranges_add(&r, 0x3000, 0x3000); /* nothing */
    assert_int_equal(r.count, 2);
    ranges_add(&r, 0x2000, 0x3000); /* touches */
    assert_int_equal(r.count, 2);
    assert_int_equal(r.at[0].end, 0x3000);
    ranges_add(&r, 0x2800, 0x5800); /* bridges */
    assert_int_equal(r.count, 1);
    assert_int_equal(r.at[0].start, 0x1000);
    assert_int_equal(r.at[0].end, 0x6000);
}

static void test_ranges_remove(void **state)
{
    (void)state;
    static struct ranges r;
    r.count = 0;
    ranges_add(&r, 0x1000, 0x9000);
    ranges_remove(&r, 0x3000, 0x5000);
    ranges_remove(&r, 0, 0x1000);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.at[0].end, 0x3000);
    assert_int_equal(r.at[1].start, 0x5000);
    assert_true(ranges_contain(&r, 0x2fff) && !ranges_contain(&r, 0x3000));
    ranges_remove(&r, 0x2000, 0x6000);
    assert_int_equal(r.at[0].end, 0x2000);
    assert_int_equal(r.at[1].start, 0x6000);
    ranges_remove(&r, 0, ~0ul);
    assert_int_equal(r.count, 0);
}

/* Against a bitmap, with many random operations. */
static void test_ranges_random(void **state)
{
    (void)state;
    static struct ranges r;
    static bool wanted[200];
    r.count = 0;
    memset(wanted, 0, sizeof(wanted));
    for (int round = 0; round < 20000; round++) {
        unsigned a = random_next() % 200, b = a + random_next() % 20;
        b = b > 200 ? 200 : b;
        bool add = random_next() & 1;
        (add ? ranges_add : ranges_remove)(&r, a * 4096ul, b * 4096ul);
        for (unsigned i = a; i < b; i++)
            wanted[i] = add;
        for (unsigned i = 0; i < 200; i++)
            assert_int_equal(ranges_contain(&r, i * 4096ul), wanted[i]);
        for (unsigned i = 1; i < r.count; i++)
            assert_true(r.at[i - 1].end < r.at[i].start);
    }
}

static void test_ranges_too_many(void **state)
{
    (void)state;
    static struct ranges r;
    r.count = 0;
    for (unsigned i = 0; i < RANGES_MAX; i++)
        ranges_add(&r, i * 0x2000ul, i * 0x2000ul + 0x1000);
    assert_true(PANICS(ranges_add(&r, RANGES_MAX * 0x2000ul, RANGES_MAX * 0x2000ul + 0x1000)));
}

/* Pages that RAM shares with something else are not RAM, and what overlaps wins. */
static void test_map_of_bytes(void **state)
{
    (void)state;
    memmap_add_ram(0x100800, 0x10f800);
    assert_int_equal(memmap_ram.at[0].start, 0x101000);
    assert_int_equal(memmap_ram.at[0].end, 0x10f000);
    memmap_add_other(0x104fff, 0x105001);
    assert_int_equal(memmap_free.count, 2);
    assert_int_equal(memmap_free.at[0].end, 0x104000);
    assert_int_equal(memmap_free.at[1].start, 0x106000);
    memmap_add_other(0x10e000, ~0ul);
    assert_int_equal(memmap_ram.at[1].end, 0x10e000);
}

static void test_alloc(void **state)
{
    (void)state;
    memmap_add_ram(0x100000, 0x180000);
    memmap_add_ram(0x1c1000, 0x1c5000);
    memset(host_memory, 0xff, HOST_MEMORY_SIZE);
    /* The smaller piece serves what fits it. */
    char *a = boot_alloc(1, 1);
    assert_ptr_equal(a, host_memory + 0x1c1000);
    for (int i = 0; i < 4096; i++)
        assert_int_equal(a[i], 0);
    assert_ptr_equal(boot_alloc(0x2000, 0x2000), host_memory + 0x1c2000);
    assert_ptr_equal(boot_alloc(0x10000, 0x10000), host_memory + 0x100000);
    assert_false(ranges_contain(&memmap_free, 0x10f000));
    assert_true(PANICS(boot_alloc(0x80000, 4096)));
    assert_non_null(strstr(console_text, "not enough memory"));
}

/* Nothing twice, nothing lost, all aligned, and nothing of the kernel's registers. */
static void check_untypeds(const seL4_UntypedDesc *list, unsigned count)
{
    uint64_t ram = 0, wanted = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t size = 1ul << list[i].sizeBits;
        assert_int_equal(list[i].paddr & (size - 1), 0);
        for (unsigned j = 0; j < i; j++) {
            uint64_t other = 1ul << list[j].sizeBits;
            assert_true(list[i].paddr + size <= list[j].paddr ||
                        list[j].paddr + other <= list[i].paddr);
        }
        assert_true(list[i].paddr + size <= 0xfee00000 || list[i].paddr >= 0xfef00000);
        for (unsigned p = 0; p < device_page_count; p++)
            assert_true(device_pages[p] < list[i].paddr || device_pages[p] >= list[i].paddr + size);
        ram += list[i].isDevice ? 0 : size;
    }
    for (unsigned i = 0; i < memmap_free.count; i++)
        wanted += memmap_free.at[i].end - memmap_free.at[i].start;
    assert_int_equal(ram, wanted);
}

static void test_untypeds(void **state)
{
    (void)state;
    static seL4_UntypedDesc list[230];
    memmap_add_ram(0x100000, 0xbffe0000);
    memmap_add_ram(0x100000000, 0x140000000);
    ranges_remove(&memmap_free, 0x105000, 0x3333000);
    device_pages[0] = 0xfee00000;
    device_pages[1] = 0xfec00000;
    device_page_count = 2;
    unsigned count = untypeds_make(list, 230);
    check_untypeds(list, count);
    uint64_t all = 0;
    for (unsigned i = 0; i < count; i++)
        all += 1ul << list[i].sizeBits;
    /* Of the two pages one lies where a write is an interrupt, which nobody gets: 1 MiB. */
    uint64_t taken = 0x3333000 - 0x105000 + 4096 + 0x100000;
    assert_int_equal(all, (1ul << 40) - taken);
}

/* When the list is full the smallest pieces go, and that is said. */
static void test_untypeds_full(void **state)
{
    (void)state;
    static seL4_UntypedDesc list[8];
    memmap_add_ram(0x100000, 0x80000000);
    ranges_remove(&memmap_free, 0x100000, 0x101000);
    assert_int_equal(untypeds_make(list, 8), 8);
    for (unsigned i = 0; i < 8; i++)
        assert_true(list[i].sizeBits >= 25);
    assert_non_null(strstr(console_text, "not given out"));
}

int memmap_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ranges_merge, reset),
        cmocka_unit_test_setup(test_ranges_remove, reset),
        cmocka_unit_test_setup(test_ranges_random, reset),
        cmocka_unit_test_setup(test_ranges_too_many, reset),
        cmocka_unit_test_setup(test_map_of_bytes, reset),
        cmocka_unit_test_setup(test_alloc, reset),
        cmocka_unit_test_setup(test_untypeds, reset),
        cmocka_unit_test_setup(test_untypeds_full, reset),
    };
    return cmocka_run_group_tests_name("memory map", tests, NULL, NULL);
}
