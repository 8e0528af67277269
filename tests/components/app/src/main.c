/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the tests, prints what they say through the serial server, and then echoes the keyboard by
 * lines.
 */
#include "check.h"

#include <camkes.h>
#include <serial_ring.h>
#include <stdio.h>
#include <string.h>

unsigned checks_passed, checks_failed;

/* The buffers of the keyboard and of both streams of output. */
extern struct serial_ring *keys_buf, *say_batch_buf, *show_buf;

/* stdout goes through the serial server's processed stream, by bursts. */
static void write_text(const char *bytes, size_t size)
{
    serial_ring_print(say_batch_buf, say_batch_buf_size(), bytes, size, say_batch_batch);
}

void check_at(bool good, const char *text, const char *file, int line)
{
    if (good) {
        checks_passed++;
        printf("ok %s\n", text);
    } else {
        checks_failed++;
        printf("FAIL %s (%s:%d)\n", text, file, line);
    }
}

static void say_text(const char *text)
{
    while (*text)
        say_putchar(*text++);
}

/*
 * Far more than waits for the line anywhere, and a word in the other stream now and then: the
 * server has to keep us waiting, to lose nothing, and to keep the two in order.
 */
static void flood(void)
{
    for (int i = 1; i <= 4000; i++) {
        char text[16];
        int size = snprintf(text, sizeof(text), "%d\r\n", i);
        serial_ring_print(show_buf, show_buf_size(), text, (size_t)size, show_batch);
        if (i % 100 == 0)
            printf("that was %d\n", i);
    }
    printf("end of the flood\n");
}

/* Waits for the keyboard and says what was typed. */
static void echo_lines(void)
{
    struct serial_ring *ring = keys_buf;
    uint32_t capacity = serial_ring_capacity(keys_buf_size());
    char line[80];
    size_t length = 0;
    for (;;) {
        int c = serial_ring_get(ring, capacity);
        if (c < 0) {
            seL4_Wait(keys_notification(), NULL);
        } else if (c != '\r') {
            line[length < sizeof(line) - 1 ? length++ : length] = (char)c;
        } else {
            char text[128];
            line[length] = 0;
            int size = snprintf(text, sizeof(text), "alpha got: %s\r\n", line);
            serial_ring_print(show_buf, show_buf_size(), text, (size_t)size, show_batch);
            length = 0;
            if (strcmp(line, "flood") == 0)
                flood();
        }
    }
}

int run(void)
{
    set_console_write(write_text);
    test_files();
    test_timers();
    test_machine();
    test_devices();
    say_text("by single characters\n");
    show_char_putchar('r');
    show_char_putchar('a');
    serial_ring_print(show_buf, show_buf_size(), "w\r\n", 3, show_batch);
    printf("%u passed, %u failed\n", checks_passed, checks_failed);
    echo_lines();
    return 0;
}
