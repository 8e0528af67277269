/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the runtime's files need around them on the host: threads that know their number, and errors
 * that a test can look at.
 */
#pragma once

#include <pthread.h>
#include <camkes/runtime.h>

#define STUB_THREADS 8
/* Capabilities 1 … STUB_THREADS are the threads' own notifications. */

/*
 * Starts thread `index` (1 …) with an IPC buffer; index 0 is the test's own thread: stub_enter(0).
 */
void stub_enter(unsigned index);
pthread_t stub_start(unsigned index, void (*body)(void *), void *arg);

extern struct camkes_thread stub_threads[STUB_THREADS];
/* Errors reported since the last look. */
unsigned stub_take_errors(void);
extern camkes_error_type_t stub_last_error;
