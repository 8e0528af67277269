/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's ring in memory that somebody else writes, too. */
#include "input.h"

#include <serial_ring.h>
#include <stdlib.h>

static struct serial_ring *ring;
static size_t ring_bytes;

static void scribble(void)
{
    input_copy(ring, input_number(1) % (ring_bytes + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t text[300] = {0};
    uint32_t capacity;

    input_start(bytes, size);
    ring_bytes = input_number(1) + sizeof(*ring);
    ring = calloc(1, ring_bytes); /* AddressSanitizer knows its end */
    capacity = serial_ring_capacity(ring_bytes);
    while (input_size()) {
        size_t count = input_number(2) % sizeof(text);
        size_t moved = 0;

        switch (input_number(1) % 5) {
        case 0:
            scribble();
            break;
        case 1:
            moved = serial_ring_write(ring, capacity, text, count);
            break;
        case 2:
            moved = serial_ring_read(ring, capacity, text, count);
            break;
        case 3:
            serial_ring_get(ring, capacity);
            break;
        default:
            serial_ring_print(ring, ring_bytes, (const char *)text, count, scribble);
        }
        if (moved > count)
            abort();
    }
    free(ring);
    return 0;
}
