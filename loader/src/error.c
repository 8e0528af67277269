/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message formatting: the few conversions that the loader's messages use.
 */
#include "error.h"

#include <stdbool.h>
#include <stdint.h>

char loader_message[LOADER_MESSAGE_MAX];

struct output {
    char *buffer;
    size_t size, length;
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length] = c;
    out->length++;
}

static void put_string(struct output *out, const char *s)
{
    while (*s)
        put(out, *s++);
}

static void put_number(struct output *out, uint64_t value, unsigned base)
{
    char digits[24];
    unsigned n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (n)
        put(out, digits[--n]);
}

size_t loader_vformat(char *buffer, size_t size, const char *format, va_list args)
{
    struct output out = {buffer, size, 0};
    for (const char *f = format; *f; f++) {
        if (*f != '%') {
            put(&out, *f);
            continue;
        }
        f++;
        bool is_long = *f == 'l';
        if (is_long)
            f++;
        switch (*f) {
        case 's':
            put_string(&out, va_arg(args, const char *));
            break;
        case 'c':
            put(&out, (char)va_arg(args, int));
            break;
        case 'u':
        case 'x':
            put_number(&out, is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned),
                       *f == 'x' ? 16 : 10);
            break;
        case '%':
            put(&out, '%');
            break;
        default:
            put(&out, '?');
            break;
        }
    }
    if (size)
        buffer[out.length < size ? out.length : size - 1] = 0;
    return out.length;
}

size_t loader_format(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = loader_vformat(buffer, size, format, args);
    va_end(args);
    return length;
}

void loader_set_message(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    loader_vformat(loader_message, sizeof(loader_message), format, args);
    va_end(args);
}
