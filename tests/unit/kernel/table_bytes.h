/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of firmware's tables: writing one byte by byte, spoiling it, and what must hold of
 * whatever is read.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "iommu/tables.h"

#define BYTES_HEADER 48

struct bytes {
    uint8_t at[4096];
    size_t size;
};

static inline void put(struct bytes *b, uint64_t value, unsigned size)
{
    memcpy(b->at + b->size, &value, size);
    b->size += size;
}

static inline void put_bytes(struct bytes *b, const uint8_t *data, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        put(b, data[i], 1);
}

static inline void bytes_begin(struct bytes *b, const char *name)
{
    memset(b, 0, sizeof(*b));
    memcpy(b->at, name, 4);
    b->size = BYTES_HEADER;
}

/* Just as large, so that the sanitizer sees what is read past the end. */
static inline uint8_t *bytes_exact(const struct bytes *b)
{
    uint8_t *exact = malloc(b->size ? b->size : 1);
    assert_non_null(exact);
    memcpy(exact, b->at, b->size);
    return exact;
}

static inline uint32_t bytes_random(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005 + 1442695040888963407;
    return (uint32_t)(state >> 33);
}

/* Some bytes are others, most of them small, as lengths are; and the end may be elsewhere. */
static inline void bytes_spoil(struct bytes *b)
{
    for (unsigned n = bytes_random() % 6; n > 0; n--) {
        size_t at = BYTES_HEADER + bytes_random() % (b->size - BYTES_HEADER);
        b->at[at] = (uint8_t)(bytes_random() % 3 ? bytes_random() % 48 : bytes_random());
    }
    if (bytes_random() % 4 == 0)
        b->size = bytes_random() % (b->size + 64);
}

static inline void tables_check(struct iommu_tables t)
{
    assert_true(t.unit_count <= IOMMU_UNITS_MAX);
    assert_true(t.region_count <= IOMMU_REGIONS_MAX);
    assert_true(t.ioapic_count <= IOMMU_IOAPICS_MAX);
    for (unsigned i = 0; i < t.unit_count; i++)
        assert_true(t.units[i].registers != 0 && t.units[i].registers % 4096 == 0);
    for (unsigned i = 0; i < t.region_count; i++) {
        assert_true(t.regions[i].start < t.regions[i].end);
        assert_true(t.regions[i].first <= t.regions[i].last);
        assert_int_equal((t.regions[i].start | t.regions[i].end) % 4096, 0);
    }
}
