/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client that reads the keyboard more slowly than characters come in, and reports each line's
 * length and checksum: nothing may be lost on the way. A `!` makes it compute without end: nobody
 * else may suffer from that.
 */
#include <camkes.h>
#include <serial_ring.h>
#include <stdint.h>
#include <stdio.h>

/* The buffers of the keyboard and of the output. */
extern struct serial_ring *keys_buf, *show_buf;

static void dawdle(void)
{
    for (volatile unsigned i = 0; i < 20000; i++) {
    }
}

int run(void)
{
    struct serial_ring *ring = keys_buf;
    uint32_t capacity = serial_ring_capacity(keys_buf_size());
    uint32_t length = 0, sum = 0;
    for (;;) {
        int c = serial_ring_get(ring, capacity);
        if (c < 0) {
            seL4_Wait(keys_notification(), NULL);
            continue;
        }
        dawdle();
        if (c == '!')
            for (;;)
                dawdle();
        if (c == '\r') {
            char text[80];
            int size = snprintf(text, sizeof(text), "beta got %u characters, sum %u\r\n",
                                (unsigned)length, (unsigned)sum);
            serial_ring_print(show_buf, show_buf_size(), text, (size_t)size, show_batch);
            length = sum = 0;
        } else {
            length++;
            sum = sum * 31 + (uint32_t)c;
        }
    }
}
