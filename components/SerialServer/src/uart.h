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

/* Queues characters, up to 16 KiB. What does not fit is lost, so look at uart_queued() first. */
void uart_write(const char *bytes, size_t size);
size_t uart_queued(void);

/* Sends what the UART takes at once, 16 characters at most; how many. */
unsigned uart_send(void);
/* Whether it is to interrupt when it takes more. */
void uart_want_more(bool wanted);

/*
 * `receive` gets what came in, 16 characters at most, as long as `room` says that it can be kept.
 * Otherwise characters stay in the UART, which holds its peer up, and the function returns true:
 * call it again after a while.
 */
bool uart_receive(void (*receive)(uint8_t c), bool (*room)(void));
/* The line is edge triggered: it goes down, and up again if the UART has more to say. */
void uart_end_interrupt(void);
