/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCIConfigIO's owners: each writes to its own functions only, and whatever an owner writes, its
 * function never decodes addresses but those that it had at first.
 */
#include "suites.h"

#include <camkes.h>
#include <base/bits.h>
#include <owners.h>
#include <stdlib.h>
#include <string.h>

#define DISK   0x00fau /* 00:1f.2 */
#define CARD   0x0500u /* 05:00.0 */
#define BRIDGE 0x00e0u
#define IOMMU  0x0010u
#define CLOCK  0x0018u
#define NOBODY 0x0020u

enum { COMMAND = 0x04, CLASS = 0x08, HEADER = 0x0e, ADDRESS = 0x10, ROM = 0x30, SPACE = 256 };

/* --- A machine --- */

struct function {
    uint16_t number;
    uint8_t space[SPACE], writable[SPACE];
};

static struct function functions[6];

static void put(uint8_t *bytes, unsigned offset, uint32_t value)
{
    memcpy(bytes + offset, &value, sizeof(value));
}

static uint32_t get(const struct function *f, unsigned offset)
{
    uint32_t value;
    memcpy(&value, f->space + offset, sizeof(value));
    return value;
}

static void place(struct function *f, unsigned offset, uint32_t value, uint32_t size)
{
    put(f->space, offset, value);
    put(f->writable, offset, ~(size - 1));
}

static struct function *function(uint16_t number)
{
    for (unsigned i = 0; i < ARRAY_SIZE(functions); i++)
        if (functions[i].number == number)
            return &functions[i];
    fail();
    return NULL;
}

static uint32_t read_config(uint16_t number, unsigned offset, unsigned size)
{
    assert_true(offset % size == 0 && offset + size <= SPACE);
    return get(function(number), offset & ~3u) >> (offset & 3) * 8 & (uint32_t)MASK(size * 8);
}

static bool write_as(const char *name, uint16_t number, unsigned offset, unsigned size,
                     uint32_t value)
{
    if (!owner_may_write(name, strlen(name), number, offset, size, value))
        return false;
    struct function *f = function(number);
    for (unsigned i = 0; i < size; i++) {
        uint8_t *byte = &f->space[offset + i], mask = f->writable[offset + i];
        *byte = (*byte & (uint8_t)~mask) | (value >> i * 8 & mask);
    }
    return true;
}

static int power_on(void **state)
{
    static const struct {
        uint16_t number;
        uint32_t class;
        uint8_t header;
    } all[] = {{DISK, 0x01060100, 0x80}, {CARD, 0x02000000, 0},  {BRIDGE, 0x06040000, 1},
               {IOMMU, 0x08060000, 0},   {CLOCK, 0x08030000, 0}, {NOBODY, 0x03000000, 0}};
    (void)state;
    memset(functions, 0, sizeof(functions));
    for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
        struct function *f = &functions[i];
        f->number = all[i].number;
        memset(f->writable + 0x3c, 0xff, SPACE - 0x3c);
        put(f->writable, COMMAND, 0x0547);
        put(f->space, CLASS, all[i].class);
        f->space[HEADER] = all[i].header;
    }
    /* Memory, ports, 64 bits of memory above 4 GiB, nothing, and a ROM that is off. */
    struct function *disk = function(DISK);
    place(disk, ADDRESS, 0xc0713000, 0x1000);
    place(disk, ADDRESS + 4, 0x4081, 0x10);
    put(disk->writable, ADDRESS + 4, 0xfff0);
    place(disk, ADDRESS + 8, 0x40000004, 0x100000);
    place(disk, ADDRESS + 12, 2, 1);
    place(disk, ROM, 0xc0700000, 0x10000);
    disk->writable[ROM] |= 1;
    put(disk->space, COMMAND, 3);
    return 0;
}

/* --- What the description says --- */

#define NUMBER(n)                                                                                  \
    {                                                                                              \
        .type = CAMKES_NUMBER, .number = (n)                                                       \
    }
static const struct camkes_value numbers[32] = {
    [1] = NUMBER(1), [2] = NUMBER(2),       [3] = NUMBER(3),
    [5] = NUMBER(5), [0x1c] = NUMBER(0x1c), [0x1f] = NUMBER(0x1f)};
#define PLACE(b, d, f)                                                                             \
    {                                                                                              \
        {"bus", &numbers[b]}, {"dev", &numbers[d]},                                                \
        {                                                                                          \
            "fun", &numbers[f]                                                                     \
        }                                                                                          \
    }
static const struct camkes_member disk[] = PLACE(0, 0x1f, 2), card[] = PLACE(5, 0, 0),
                                  bridge[] = PLACE(0, 0x1c, 0), iommu[] = PLACE(0, 2, 0),
                                  hpet_function[] = PLACE(0, 3, 0);
#define ITEM(m)                                                                                    \
    {                                                                                              \
        .type = CAMKES_DICT, .members = (m), .count = 3                                            \
    }
static const struct camkes_value first[] = {ITEM(disk), ITEM(bridge), ITEM(iommu),
                                            ITEM(hpet_function)},
                                 second[] = {ITEM(card)};
static const struct camkes_value lists[] = {
    {.type = CAMKES_LIST, .items = first, .count = ARRAY_SIZE(first)},
    {.type = CAMKES_LIST, .items = second, .count = ARRAY_SIZE(second)},
    {.type = CAMKES_LIST},
};
static const struct camkes_member attributes[] = {{"functions_of_vm0", &lists[0]},
                                                  {"config_functions_of_vm0", &lists[2]},
                                                  {"functions_of_vm1", &lists[2]},
                                                  {"config_functions_of_vm1", &lists[1]},
                                                  {"heap_size", &numbers[5]}};
const struct camkes_instance camkes_instance = {
    .name = "pci_config", .attributes = attributes, .attribute_count = ARRAY_SIZE(attributes)};

/* --- Tests --- */

static void test_owners(void **state)
{
    (void)state;
    owners_init(read_config);
    assert_true(write_as("vm0", DISK, 0x3c, 1, 11));
    assert_true(write_as("vm1", CARD, COMMAND, 2, 7));
    static const uint16_t others[] = {BRIDGE, IOMMU, CLOCK, NOBODY, CARD};
    for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
        for (unsigned offset = 0; offset < SPACE; offset++)
            assert_false(write_as("vm0", others[i], offset, 1, 0));
    assert_false(write_as("vm1", DISK, 0x3c, 1, 11));
    assert_false(write_as("vm", CARD, 0x3c, 1, 11));
    assert_false(write_as("vm10", CARD, 0x3c, 1, 11));
    assert_false(write_as("", CARD, 0x3c, 1, 11));
    /* Nor anything above the space of conventional PCI. */
    assert_false(owner_may_write("vm0", 3, DISK, 0x100, 4, 0));
    assert_false(owner_may_write("vm0", 3, DISK, 0xffc, 4, 0));
}

/* Its size is found while it is off, and after a reset it is put back. */
static void test_life(void **state)
{
    (void)state;
    owners_init(read_config);
    assert_false(write_as("vm0", DISK, ADDRESS, 4, UINT32_MAX));
    assert_true(write_as("vm0", DISK, COMMAND, 2, 0));
    assert_true(write_as("vm0", DISK, ADDRESS, 4, UINT32_MAX));
    assert_int_equal(read_config(DISK, ADDRESS, 4), 0xfffff000);
    assert_false(write_as("vm0", DISK, COMMAND, 2, 2));
    assert_true(write_as("vm0", DISK, ADDRESS, 4, 0xc0713000));
    assert_true(write_as("vm0", DISK, COMMAND, 2, 7));
    static const unsigned places[] = {COMMAND,     ADDRESS,      ADDRESS + 4,
                                      ADDRESS + 8, ADDRESS + 12, ROM};
    static const uint32_t values[] = {0, 0xc0713000, 0x4081, 0x40000004, 2, 0};
    for (unsigned i = 0; i < ARRAY_SIZE(places); i++)
        put(function(DISK)->space, places[i], 0);
    assert_false(write_as("vm0", DISK, COMMAND, 2, 1));
    for (unsigned i = 1; i < ARRAY_SIZE(places); i++)
        assert_int_equal(write_as("vm0", DISK, places[i], 4, values[i] & ~0xfu), values[i] != 2);
    assert_false(write_as("vm0", DISK, COMMAND, 2, 7)); /* an upper half is not where it was */
    assert_true(write_as("vm0", DISK, ADDRESS + 12, 4, 2));
    assert_true(write_as("vm0", DISK, COMMAND, 2, 7));
}

static void check_place(const struct function *f)
{
    if (!(f->space[COMMAND] & 3))
        return;
    assert_int_equal(get(f, ADDRESS), 0xc0713000);
    assert_int_equal(get(f, ADDRESS + 4) & 0xfff0, 0x4080);
    assert_int_equal(get(f, ADDRESS + 8) & ~0xfu, 0x40000000);
    assert_int_equal(get(f, ADDRESS + 12), 2);
    assert_true(!(get(f, ROM) & 1) || get(f, ROM) == 0xc0700001);
}

static void test_any_writes(void **state)
{
    static const uint32_t likely[] = {
        0,   1,          2,      3,          7,          UINT32_MAX, 0xc0713000, 0x40000004, 0x4081,
        0xf, 0xfd000000, 0x5081, 0xc0700001, 0xfd000001, 0x1f,       0xffff,     0x10};
    (void)state;
    owners_init(read_config);
    srand(1);
    unsigned decoding = 0, written = 0;
    for (unsigned i = 0; i < 200000; i++) {
        unsigned size = 1u << rand() % 3;
        unsigned offset = (unsigned)rand() % (rand() % 8 ? 0x34 : SPACE) & ~(size - 1);
        uint32_t value = rand() % 8 ? likely[(unsigned)rand() % ARRAY_SIZE(likely)]
                                    : (uint32_t)rand() << 16 ^ (uint32_t)rand();
        written += write_as("vm0", DISK, offset, size, value);
        check_place(function(DISK));
        decoding += (function(DISK)->space[COMMAND] & 3) != 0;
    }
    /* It was on, and off, for long. */
    assert_true(written > 10000 && decoding > 1000 && decoding < 199000);
}

int owners_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_owners, power_on),
        cmocka_unit_test_setup(test_life, power_on),
        cmocka_unit_test_setup(test_any_writes, power_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
