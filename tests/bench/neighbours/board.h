/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `watch`, the monitors and the guests share: words in memory, which the guests reach by
 * hypercalls. Times are values of the time stamp counter, or differences of them.
 */
#pragma once

/* What vm0 does, worst last: from the first row with a flood on, the console lags behind. */
#define ROWS(row)                                                                                  \
    row(REST, "sleeps") row(COMPUTE, "computes") row(CPUID, "CPUID in a loop")                     \
        row(SELF_IPI, "interrupts itself") row(APIC_TIMER, "APIC timer of 1 ns") row(              \
            MOVING_TIMER, "TSC deadline that keeps moving") row(PIT, "8254 at its highest rate")   \
            row(RTC, "RTC interrupts, 8192 Hz") row(PORTS, "ports that nobody claims") row(        \
                HOLES, "memory that is not there") row(PERIODIC_TIMERS, "eleven timers of 10 us")  \
                row(TIMER_CALLS, "calls of TimeServer") row(SIGNALS, "signals in a loop")          \
                    row(EXCHANGE, "exchanges a page of its RAM") row(EMIT, "emits events to vm1")  \
                        row(FILE_READ, "reads of 64 KiB") row(FILE_OPEN, "opens and closes files") \
                            row(PCI_CONFIG, "PCI configuration space")                             \
                                row(CLOCK, "reads of the clock")                                   \
                                    row(PRINT, "prints lines to its UART")                         \
                                        row(PRINT_CHAR, "monitor prints characters")               \
                                            row(PRINT_BATCH, "monitor prints 3 KiB at once")

#define ROW_NUMBER(name, text) ROW_##name,
enum row { ROWS(ROW_NUMBER) ROW_COUNT };
#undef ROW_NUMBER

enum word {
    WORD_NUMBER, /* for a guest: its own */
    /* From watch. */
    WORD_ROW,
    WORD_TURN,     /* another one with each row; 0 before the first */
    WORD_BUSY_END, /* until then vm1 computes, */
    WORD_END,      /* until then it sleeps and prints */
    WORD_MS,
    /* From vm1. */
    WORD_DONE,    /* the turn that the following are of */
    WORD_SHARE,   /* of the processor, in thousandths, while it computed */
    WORD_GAP,     /* longest time without the processor */
    WORD_LATE,    /* of its timer */
    WORD_PRINTED, /* longest time that printing a line took */
    WORD_LINES,   /* ever */
    /* From vm2. */
    WORD_URGENT, /* how late its timer was at most, in this row, in ticks */
    WORD_COUNT
};

/* Hypercalls. The result is in RAX. */
enum {
    TOKEN_READ = 0x100,   /* RBX: the word */
    TOKEN_WRITE = 0x101,  /* RBX: the word, RCX: its value */
    TOKEN_ATTACK = 0x102, /* RBX: the row, of which the monitor does its part */
};
