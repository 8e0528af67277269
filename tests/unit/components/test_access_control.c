/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCIConfigIO turns on access control services wherever they are, and touches nothing else.
 */
#include "suites.h"

#include <access_control.h>
#include <base/bits.h>
#include <string.h>

enum { HEADER = 0x0e, LIST = 0x100, ACS = 0x000d, SERIAL = 0x0003, SPACE = 4096 };

/* A port, an endpoint without, the third function of a slot, and one on a bus that nobody has. */
static struct {
    uint16_t number;
    uint8_t space[SPACE];
} functions[] = {{.number = 0x0018}, {.number = 0x0020}, {.number = 0x0102}, {.number = 0x0500}};
static unsigned reads, writes;

static uint8_t *at(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset)
{
    for (unsigned i = 0; i < ARRAY_SIZE(functions); i++)
        if (functions[i].number == (bus << 8 | dev << 3 | fun))
            return functions[i].space + offset;
    return NULL;
}

static uint32_t read_config(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size)
{
    uint32_t value = 0;
    const uint8_t *from = at(bus, dev, fun, offset);
    assert_true(offset % size == 0 && offset + size <= SPACE);
    reads++;
    if (!from)
        return (uint32_t)MASK(size * 8);
    memcpy(&value, from, size);
    return value;
}

static void write_config(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size,
                         uint32_t value)
{
    uint8_t *to = at(bus, dev, fun, offset);
    assert_non_null(to);
    writes++;
    memcpy(to, &value, size);
}

static void put(unsigned function, unsigned offset, uint32_t value)
{
    memcpy(functions[function].space + offset, &value, sizeof(value));
}

static uint32_t get(unsigned function, unsigned offset)
{
    uint32_t value;
    memcpy(&value, functions[function].space + offset, sizeof(value));
    return value;
}

static void turns_on(void **state)
{
    static const struct config_access config = {read_config, write_config};
    (void)state;
    put(0, LIST, 0x148u << 20 | SERIAL);
    put(0, 0x148, ACS);
    put(0, 0x14c, 0x0000001f);
    put(1, LIST, (uint32_t)LIST << 20 | SERIAL); /* a list that does not end */
    functions[2].space[HEADER] = 0x80;
    put(2, LIST, ACS);
    put(2, LIST + 4, 0x00020005);
    put(3, LIST, ACS);
    put(3, LIST + 4, 0x0000001f);
    access_control_turn_on(config, 2);
    assert_int_equal(get(0, 0x14c), 0x001d001f);
    assert_int_equal(writes, 1); /* a slot without a first function has no others */

    functions[2].number = 0x0100;
    access_control_turn_on(config, 2);
    assert_int_equal(get(2, LIST + 4), 0x00070005);
    assert_int_equal(get(3, LIST + 4), 0x0000001f);
    assert_true(reads < 2 * (2 * 32 + 3 * (8 + 50)));
}

int access_control_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_on),
    };
    return cmocka_run_group_tests_name("access control", tests, NULL, NULL);
}
