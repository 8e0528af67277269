/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: errors, and memory that does not run out quietly. Rests on the C library alone.
 */
#include "overlay.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *asked_by = "overlay-rootfs";
/* What comes of the next error, if it is none of ours. */
static const char *harmless;

void report_for(const char *who)
{
    asked_by = who;
}

void report_mildly(const char *consequence)
{
    harmless = consequence;
}

void warn(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: warning: ", asked_by);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void die(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: %s: ", asked_by, harmless ? "warning" : "error");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    if (harmless)
        fprintf(stderr, ". %s", harmless);
    fputc('\n', stderr);
    exit(harmless ? 0 : 1);
}

void *grow(void *memory, size_t size)
{
    void *result = realloc(memory, size ? size : 1);

    if (!result)
        die("out of memory");
    return result;
}

char *copy_string(const char *string)
{
    size_t size = strlen(string) + 1;

    return memcpy(grow(NULL, size), string, size);
}

char *join_path(const char *first, const char *second)
{
    size_t size = strlen(first) + strlen(second) + 2;
    char *result = grow(NULL, size);

    snprintf(result, size, "%s%s%s", first, *first && *second ? "/" : "", second);
    return result;
}
