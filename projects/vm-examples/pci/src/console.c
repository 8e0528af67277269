/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550 without interrupts (National Semiconductor PC16550D): firmware and kernel have set it up,
 * and nobody else is there to share it.
 */
#include "lister.h"

#include <camkes.h>

#define PORT_DATA    0x3f8
#define PORT_STATUS  0x3fd
#define STATUS_EMPTY 0x20
#define TRIES        100000 /* there may be no such line */

static void put(int c)
{
    for (unsigned i = 0; i < TRIES && !(line_in8(PORT_STATUS) & STATUS_EMPTY); i++)
        ;
    line_out8(PORT_DATA, (uint8_t)c);
}

static void put_text(int c)
{
    if (c == '\n')
        put('\r');
    put(c);
}

void console_init(void)
{
    set_putchar(put_text);
}
