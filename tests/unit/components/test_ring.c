/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's rings: order, fullness, the layout that clients elsewhere bring their own code for,
 * and a peer that scribbles over the indices.
 */
#include "suites.h"

#include <serial_ring.h>
#include <stdlib.h>
#include <string.h>

#define BYTES (sizeof(struct serial_ring) + 16) /* 15 fit */

static void test_order_and_fullness(void **state)
{
    (void)state;
    struct serial_ring *ring = calloc(1, BYTES);
    uint32_t capacity = serial_ring_capacity(BYTES);
    uint8_t text[16], out[16];
    assert_int_equal(capacity, 16);
    assert_int_equal(serial_ring_get(ring, capacity), -1);
    for (unsigned i = 0; i < sizeof(text); i++)
        text[i] = (uint8_t)i;
    for (unsigned round = 0; round < 40; round++) {
        assert_int_equal(serial_ring_write(ring, capacity, text, 7), 7);
        assert_int_equal(serial_ring_write(ring, capacity, text + 7, 9), 8);
        assert_int_equal(serial_ring_room(ring, capacity), 0);
        assert_int_equal(serial_ring_write(ring, capacity, text, 1), 0);
        assert_int_equal(serial_ring_get(ring, capacity), 0);
        assert_int_equal(serial_ring_read(ring, capacity, out, 3), 3);
        assert_memory_equal(out, text + 1, 3);
        assert_int_equal(serial_ring_read(ring, capacity, out, sizeof(out)), 11);
        assert_memory_equal(out, text + 4, 11);
        assert_int_equal(serial_ring_used(ring, capacity), 0);
    }
    free(ring);
}

/* What a client of its own code does with a page of console input. */
static void test_layout(void **state)
{
    (void)state;
    struct {
        uint32_t head, tail;
        char buf[4096 - 8];
    } *client = calloc(1, 4096);
    struct serial_ring *ring = (struct serial_ring *)client;
    uint32_t capacity = serial_ring_capacity(4096);
    assert_int_equal(capacity, sizeof(client->buf));
    client->head = client->tail = 4085;
    assert_int_equal(serial_ring_write(ring, capacity, "hello", 5), 5);
    for (const char *c = "hello"; *c; c++) {
        assert_int_not_equal(client->head, client->tail);
        assert_int_equal(client->buf[client->head], *c);
        client->head = (uint32_t)((client->head + 1) % sizeof(client->buf));
    }
    assert_int_equal(client->head, client->tail);
    for (const char *c = "again"; *c; c++) {
        client->buf[client->tail] = *c;
        client->tail = (uint32_t)((client->tail + 1) % sizeof(client->buf));
    }
    char out[8] = "";
    assert_int_equal(serial_ring_read(ring, capacity, out, sizeof(out)), 5);
    assert_string_equal(out, "again");
    free(client);
}

static struct serial_ring *printed;
static char paper[100];
static size_t paper_used, paper_calls;

static void take_up_to_four(void)
{
    paper_calls++;
    paper_used += serial_ring_read(printed, serial_ring_capacity(BYTES), paper + paper_used, 4);
}

static void take_nothing(void)
{
    paper_calls++;
}

static void test_print(void **state)
{
    (void)state;
    const char *text = "the quick brown fox jumps over the lazy dog";
    printed = calloc(1, BYTES);
    serial_ring_print(printed, BYTES, text, strlen(text), take_up_to_four);
    assert_string_equal(paper, text);
    /* A server that is gone does not keep its client. */
    paper_calls = 0;
    serial_ring_print(printed, BYTES, text, strlen(text), take_nothing);
    assert_int_equal(paper_calls, 2);
    free(printed);
}

static void test_hostile_indices(void **state)
{
    (void)state;
    struct serial_ring *ring = calloc(1, BYTES);
    uint32_t capacity = serial_ring_capacity(BYTES);
    uint8_t bytes[40] = {0};
    srand(2);
    for (unsigned i = 0; i < 10000; i++) {
        ring->head = (uint32_t)rand() * 2u + (uint32_t)rand();
        ring->tail = (uint32_t)rand() * 2u + (uint32_t)rand();
        serial_ring_write(ring, capacity, bytes,
                          (size_t)rand() % 40); /* AddressSanitizer watches */
        serial_ring_read(ring, capacity, bytes, (size_t)rand() % 40);
        serial_ring_get(ring, capacity);
    }
    free(ring);
}

static void test_capacity(void **state)
{
    (void)state;
    assert_int_equal(serial_ring_capacity(0), 0);
    assert_int_equal(serial_ring_capacity(sizeof(struct serial_ring) + 1), 0);
    assert_int_equal(serial_ring_capacity(sizeof(struct serial_ring) + 2), 2);
    assert_int_equal(serial_ring_capacity((size_t)1 << 40), 1u << 30);
    struct serial_ring none = {0};
    assert_int_equal(serial_ring_write(&none, 0, "x", 1), 0);
    assert_int_equal(serial_ring_get(&none, 0), -1);
}

int ring_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_fullness),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_hostile_indices),
        cmocka_unit_test(test_capacity),
    };
    return cmocka_run_group_tests_name("serial_ring", tests, NULL, NULL);
}
