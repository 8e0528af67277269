/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"
#include <base/format.h>
#include <sel4/sel4.h>

static char line[33];
static unsigned used;

static void flush(void)
{
    line[used] = 0;
    seL4_DebugPutString(line);
    used = 0;
}

static void put(void *context, char c)
{
    (void)context;
    line[used++] = c;
    if (used == sizeof(line) - 1 || c == '\n')
        flush();
}

void vprint(const char *format, va_list *args)
{
    format_each(put, NULL, format, args);
    if (used)
        flush();
}

void print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprint(format, &args);
    va_end(args);
}
