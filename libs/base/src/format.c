/* SPDX-License-Identifier: BSD-2-Clause */
#include <base/format.h>

#include <stdbool.h>
#include <stdint.h>

struct output {
    format_put *put;
    void *context;
};

/* What one conversion asks for. */
struct conversion {
    bool left, zero, is_long;
    int width;
    int precision; /* -1: none */
};

static void put_padded(struct output *out, const struct conversion *c, const char *text, int length)
{
    for (int i = length; !c->left && i < c->width; i++)
        out->put(out->context, ' ');
    for (int i = 0; i < length; i++)
        out->put(out->context, text[i]);
    for (int i = length; c->left && i < c->width; i++)
        out->put(out->context, ' ');
}

/* `prefix`: a sign or "0x"; zeros that fill the width come after it. */
static void put_number(struct output *out, const struct conversion *c, uint64_t value,
                       unsigned base, bool upper, const char *prefix)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[96];
    int at = sizeof(text), prefix_length = 0;
    do {
        text[--at] = digits[value % base];
        value /= base;
    } while (value);
    while (prefix[prefix_length])
        prefix_length++;
    int zeros_from = (int)sizeof(text) - c->width + prefix_length;
    while (c->zero && !c->left && at > zeros_from && at > prefix_length)
        text[--at] = '0';
    while (prefix_length)
        text[--at] = prefix[--prefix_length];
    put_padded(out, c, text + at, (int)sizeof(text) - at);
}

static void put_string(struct output *out, const struct conversion *c, const char *s)
{
    int length = 0;
    if (!s)
        s = "(null)";
    while (length != c->precision && s[length])
        length++;
    put_padded(out, c, s, length);
}

/* Digits, or '*' for the next argument. */
static const char *parse_count(const char *p, int *count, va_list *args)
{
    if (*p == '*') {
        *count = va_arg(*args, int);
        return p + 1;
    }
    for (*count = 0; *p >= '0' && *p <= '9'; p++)
        *count = *count < 10000 ? *count * 10 + (*p - '0') : *count;
    return p;
}

static const char *parse_conversion(const char *p, struct conversion *c, va_list *args)
{
    *c = (struct conversion){.precision = -1};
    for (; *p == '-' || *p == '0'; p++)
        *(*p == '-' ? &c->left : &c->zero) = true;
    p = parse_count(p, &c->width, args);
    if (c->width < 0) {
        c->left = true;
        c->width = -c->width;
    }
    if (*p == '.')
        p = parse_count(p + 1, &c->precision, args);
    for (; *p == 'l' || *p == 'z'; p++)
        c->is_long = true;
    return p;
}

void format_each(format_put *put, void *context, const char *format, va_list *args)
{
    struct output out = {put, context};
    for (const char *p = format; *p; p++) {
        struct conversion c;
        const char *start = p;
        if (*p != '%') {
            put(context, *p);
            continue;
        }
        p = parse_conversion(p + 1, &c, args);
        switch (*p) {
        case 'd':
        case 'i': {
            int64_t v = c.is_long ? va_arg(*args, long) : va_arg(*args, int);
            put_number(&out, &c, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, false, v < 0 ? "-" : "");
            break;
        }
        case 'u':
        case 'x':
        case 'X': {
            uint64_t v = c.is_long ? va_arg(*args, unsigned long) : va_arg(*args, unsigned);
            put_number(&out, &c, v, *p == 'u' ? 10 : 16, *p == 'X', "");
            break;
        }
        case 'p':
            put_number(&out, &c, (uint64_t)va_arg(*args, void *), 16, false, "0x");
            break;
        case 'c': {
            char character = (char)va_arg(*args, int);
            put_padded(&out, &c, &character, 1);
            break;
        }
        case 's':
            put_string(&out, &c, va_arg(*args, const char *));
            break;
        case '%':
            put(context, '%');
            break;
        default:
            for (; start < p; start++)
                put(context, *start);
            if (!*p)
                return;
            put(context, *p);
        }
    }
}

struct buffer {
    char *bytes;
    size_t size, length;
};

static void put_in_buffer(void *context, char c)
{
    struct buffer *buffer = context;
    if (buffer->length + 1 < buffer->size)
        buffer->bytes[buffer->length] = c;
    buffer->length++;
}

size_t format_list(char *buffer, size_t size, const char *format, va_list *args)
{
    struct buffer out = {buffer, size, 0};
    format_each(put_in_buffer, &out, format, args);
    if (size)
        buffer[out.length < size ? out.length : size - 1] = '\0';
    return out.length;
}

size_t format_text(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = format_list(buffer, size, format, &args);
    va_end(args);
    return length;
}
