/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The little of a C library that the tests need: formatted output, and the functions that the
 * compiler may call.
 */
#include "text.h"
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

void *memset(void *to, int value, size_t size)
{
    void *start = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
    return start;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return start;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < size; i++)
        if (x[i] != y[i])
            return x[i] - y[i];
    return 0;
}

static char line[33];
static unsigned used;

static void flush(void)
{
    line[used] = 0;
    seL4_DebugPutString(line);
    used = 0;
}

static void put(char c)
{
    line[used++] = c;
    if (used == sizeof(line) - 1 || c == '\n')
        flush();
}

static void put_number(uint64_t value, unsigned base, unsigned width, char fill, bool negative)
{
    char digits[24];
    unsigned n = 0;
    do
        digits[n++] = "0123456789abcdef"[value % base];
    while (value /= base);
    if (negative)
        digits[n++] = '-';
    for (unsigned i = n; i < width; i++)
        put(fill);
    while (n)
        put(digits[--n]);
}

static void put_text(const char *s, unsigned width)
{
    unsigned n = 0;
    for (; *s; s++, n++)
        put(*s);
    for (; n < width; n++)
        put(' ');
}

void vprint(const char *f, va_list args)
{
    for (; *f; f++) {
        if (*f != '%') {
            put(*f);
            continue;
        }
        char fill = ' ';
        unsigned width = 0;
        bool is_long = false;
        f++;
        if (*f == '-')
            f++;
        if (*f == '0')
            fill = '0';
        for (; *f >= '0' && *f <= '9'; f++)
            width = width * 10 + (unsigned)(*f - '0');
        for (; *f == 'l'; f++)
            is_long = true;
        if (*f == 's') {
            put_text(va_arg(args, const char *), width);
        } else if (*f == 'c') {
            put((char)va_arg(args, int));
        } else if (*f == 'd') {
            int64_t v = is_long ? va_arg(args, int64_t) : va_arg(args, int);
            put_number(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, width, fill, v < 0);
        } else if (*f == 'u' || *f == 'x') {
            uint64_t v = is_long ? va_arg(args, uint64_t) : va_arg(args, unsigned);
            put_number(v, *f == 'u' ? 10 : 16, width, fill, false);
        } else if (*f == 'p') {
            put_number((uint64_t)va_arg(args, void *), 16, width, fill, false);
        } else {
            put(*f);
        }
    }
    if (used)
        flush();
}

void print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprint(format, args);
    va_end(args);
}
