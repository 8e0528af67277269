/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the most urgent thread waits for the processor while another one does the worst that the
 * API allows. The 8254 interrupts at random times; a thread above all others waits for that, and
 * compares its first instruction with the time at which the count ended. Where instructions are
 * counted (ctest does), so is the latency.
 */
#pragma once

#include "harness.h"

struct latency_row {
    const char *name;
    bool (*operation)(void);
};

/* The thread above all others waits for its first interrupts; false if it cannot be. */
bool latency_start(void);
void latency_stop(void);
/*
 * Does it again and again under the watcher's eyes, and prints the longest wait. False if that is
 * too long, or the operation fails.
 */
bool latency_measure(const char *what, bool (*operation)(void));
bool latency_rows(const struct latency_row *rows, unsigned count);
/* Sleep until the watcher has had its next interrupt: threads below run meanwhile. */
void latency_wait(void);
/* A notification that is signalled at each of them. */
seL4_CPtr latency_ticks(void);

/* For the operations: 16 MiB of untyped memory, which they revoke; slots; a capability to copy. */
extern seL4_CPtr memory, slots, source;
#define LATENCY_SLOTS 640
bool latency_make_objects(void);

/* latency_work.c: what threads and guests do. */
bool latency_of_work(void);
