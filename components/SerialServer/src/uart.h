/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 16550 behind COM1: characters out through a queue, characters in by interrupt. The caller
 * holds the component's lock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void uart_init(void);

/*
 * Queues characters, up to 16 KiB, and sends what the UART takes at once; the rest follows by
 * interrupt. Never waits; what does not fit is lost, so look at uart_queued() first.
 */
void uart_write(const char *bytes, size_t size);
size_t uart_queued(void);
/* Sending has had its share of the time: call uart_interrupt() in a millisecond. */
bool uart_is_paced(void);

/*
 * Serves all that the UART has to say; `receive` gets each character that came in, as long as
 * `room` says that it can be kept. Otherwise characters stay in the UART, which holds its peer up,
 * and the function returns true: call it again after a while.
 */
bool uart_interrupt(void (*receive)(uint8_t c), bool (*room)(void));
