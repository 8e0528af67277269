/* SPDX-License-Identifier: BSD-2-Clause */
#include "error.h"

#include <base/format.h>

char loader_message[LOADER_MESSAGE_MAX];

void loader_set_message(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_list(loader_message, sizeof(loader_message), format, &args);
    va_end(args);
}
