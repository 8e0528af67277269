/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the two halves of the console. */
#pragma once

#include "console.h"

/* A line of the console's own, uncoloured, on a line of its own. */
void console_say(struct console *console, const char *text);
