/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leads through the rows. It has the processor's highest priority, and measures meanwhile how long
 * after the deadline of a timer it runs, and how long the console takes to take a line. Figures go
 * to a serial port of its own, since the console's is part of what is measured.
 */
#include "board.h"

#include <base/bits.h>
#include <camkes.h>
#include <serial_ring.h>
#include <stdio.h>

#define BUSY_MS  100
#define IDLE_MS  40
/* vm0 comes to rest. */
#define PAUSE_MS 8

#define COM2            0x2f8
#define COM2_STATUS     (COM2 + 5)
#define COM2_CAN_SEND   0x20
#define PATIENCE_ROUNDS 1000

#define ROW_TEXT(name, text) text,
static const char *const row_texts[] = {ROWS(ROW_TEXT)};

/* The buffer of the output. */
extern struct serial_ring *say_buf;

static volatile uint64_t *words;
static uint64_t ms, answered, printed, lines;

static uint64_t tsc(void)
{
    return __builtin_ia32_rdtsc();
}

static void write_text(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        while (!(printer_in8(COM2_STATUS) & COM2_CAN_SEND)) {
        }
        printer_out8(COM2, (uint8_t)bytes[i]);
    }
}

/* Waits until then; how late it was. */
static uint64_t sleep_until(uint64_t deadline)
{
    timer_oneshot_tsc(0, deadline);
    while (!timer_completed())
        seL4_Wait(timer_notification(), NULL);
    return tsc() - deadline;
}

static void say_line(void)
{
    char text[40];
    int size = snprintf(text, sizeof(text), "watch line %llu\n", (unsigned long long)++lines);
    uint64_t start = tsc();

    serial_ring_print(say_buf, say_buf_size(), text, (size_t)size, say_batch);
    printed = MAX(printed, tsc() - start);
}

static void run_row(unsigned row)
{
    uint64_t now = tsc();

    words[WORD_ROW] = row;
    words[WORD_BUSY_END] = now + BUSY_MS * ms;
    words[WORD_END] = words[WORD_BUSY_END] + IDLE_MS * ms;
    words[WORD_TURN]++;
    answered = printed = 0;
    for (unsigned i = 1; (now = tsc()) < words[WORD_END]; i++) {
        /* At odd times, so as to meet the others wherever they are. */
        answered = MAX(answered, sleep_until(now + ms - now % (ms / 7)));
        if (i % 16 == 0)
            say_line();
    }
    words[WORD_ROW] = ROW_REST;
    for (unsigned i = 0; words[WORD_DONE] != words[WORD_TURN] && i < PATIENCE_ROUNDS; i++)
        sleep_until(tsc() + ms);
    sleep_until(tsc() + PAUSE_MS * ms);
}

static void report(unsigned row)
{
    bool done = words[WORD_DONE] == words[WORD_TURN];
    uint64_t us = ms / 1000;

    printf("neighbours: %s|%llu|%llu|%llu|%llu|%llu|%llu|%llu\n", row_texts[row],
           (unsigned long long)(done ? words[WORD_SHARE] : 0),
           (unsigned long long)(done ? words[WORD_GAP] / us : 999999),
           (unsigned long long)(done ? words[WORD_LATE] / us : 999999),
           (unsigned long long)(done ? words[WORD_PRINTED] / us : 999999),
           (unsigned long long)answered, (unsigned long long)printed,
           (unsigned long long)words[WORD_URGENT]);
}

int run(void)
{
    words = board;
    set_console_write(write_text);
    ms = timer_tsc_frequency() / 1000;
    words[WORD_MS] = ms;
    for (unsigned row = 0; row < ROW_COUNT; row++) {
        run_row(row);
        report(row);
    }
    printf("neighbours: end, vm1 said %llu lines, watch %llu\n",
           (unsigned long long)words[WORD_LINES], (unsigned long long)lines);
    return 0;
}
