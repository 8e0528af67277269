/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utils/print.h>
#include <utils/zf_log.h>

/* Longer ones are cut. */
#define MESSAGE 256

int zf_log_output_level;
static const char *tag_prefix = "";

void zf_log_set_output_level(int level)
{
    zf_log_output_level = level;
}

void zf_log_set_tag_prefix(const char *prefix)
{
    tag_prefix = prefix ? prefix : "";
}

/* One printf() for a line: others print, too. */
static void write_line(const char *function, const char *file, unsigned line, const char *tag,
                       const char *format, va_list arguments)
{
    char message[MESSAGE];
    vsnprintf(message, sizeof(message), format, arguments);
    const char *name = strrchr(file, '/');
    printf("%s%s%s%s@%s:%u %s\n", tag_prefix, tag ? tag : "", tag ? " " : "", function,
           name ? name + 1 : file, line, message);
}

void zf_log_write(const char *function, const char *file, unsigned line, const char *tag,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(function, file, line, tag, format, arguments);
    va_end(arguments);
}

void zf_log_write_bytes(const char *function, const char *file, unsigned line, const char *tag,
                        const void *bytes, unsigned size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(function, file, line, tag, format, arguments);
    va_end(arguments);
    utils_memory_dump(bytes, size, 1);
}

void utils_memory_dump(const void *address, size_t length, size_t unit)
{
    const unsigned char *bytes = address;
    (void)unit;
    for (size_t i = 0; i < length; i += 16) {
        char line[16 * 3 + 1];
        size_t end = length - i < 16 ? length - i : 16;
        for (size_t j = 0; j < end; j++)
            snprintf(line + 3 * j, 4, " %02x", bytes[i + j]);
        printf("%p:%s\n", (const void *)(bytes + i), line);
    }
}
