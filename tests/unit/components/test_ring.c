/* SPDX-License-Identifier: BSD-2-Clause */
/* The console input ring: order, fullness, and a peer that scribbles over the indices. */
#include "suites.h"

#include <serial_ring.h>
#include <stdlib.h>
#include <string.h>

#define BYTES (sizeof(struct serial_ring) + 24) /* room for 16 */

static void test_order_and_fullness(void **state)
{
    (void)state;
    struct serial_ring *ring = calloc(1, BYTES);
    uint32_t capacity = serial_ring_capacity(BYTES);
    assert_int_equal(capacity, 16);
    assert_int_equal(serial_ring_get(ring, capacity), -1);
    ring->head = ring->tail = UINT32_MAX - 3; /* so that the indices wrap */
    for (unsigned round = 0; round < 5; round++) {
        for (uint8_t i = 0; i < 16; i++)
            assert_int_equal(serial_ring_put(ring, capacity, i), 1);
        assert_int_equal(serial_ring_put(ring, capacity, 99), 0);
        for (uint8_t i = 0; i < 16; i++)
            assert_int_equal(serial_ring_get(ring, capacity), i);
        assert_int_equal(serial_ring_get(ring, capacity), -1);
    }
    free(ring);
}

static void test_hostile_indices(void **state)
{
    (void)state;
    struct serial_ring *ring = calloc(1, BYTES);
    uint32_t capacity = serial_ring_capacity(BYTES);
    srand(2);
    for (unsigned i = 0; i < 10000; i++) {
        ring->head = (uint32_t)rand() * 2u + (uint32_t)rand();
        ring->tail = (uint32_t)rand() * 2u + (uint32_t)rand();
        serial_ring_put(ring, capacity, 1); /* AddressSanitizer watches */
        serial_ring_get(ring, capacity);
    }
    free(ring);
}

static void test_capacity(void **state)
{
    (void)state;
    assert_int_equal(serial_ring_capacity(0), 0);
    assert_int_equal(serial_ring_capacity(sizeof(struct serial_ring)), 0);
    assert_int_equal(serial_ring_capacity(sizeof(struct serial_ring) + 1), 1);
    assert_int_equal(serial_ring_capacity(4096), 2048);
}

int ring_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_fullness),
        cmocka_unit_test(test_hostile_indices),
        cmocka_unit_test(test_capacity),
    };
    return cmocka_run_group_tests_name("serial_ring", tests, NULL, NULL);
}
