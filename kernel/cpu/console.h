/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The debug console: a 16550-compatible UART written by polling.
 */
#pragma once

#include <stdint.h>

#define CONSOLE_DEFAULT_PORT 0x3f8

/* Port 0 switches the console off. */
void console_init(uint16_t port);
void console_putc(char c);
