/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the two halves of the console. */
#pragma once

#include "console.h"

/* A message of the console's own, uncoloured, on a line of its own, of at most 95 characters. */
void console_say(struct console *console, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
