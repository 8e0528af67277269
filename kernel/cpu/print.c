/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted output to the console, and panic.
 */
#include "print.h"
#include "console.h"
#include "x86.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* What one conversion asks for. */
struct conversion {
    bool left, zero;
    int width;
    int longs;
};

static void put_padded(const char *text, int length, const struct conversion *c, char fill)
{
    for (int i = length; !c->left && i < c->width; i++)
        console_putc(fill);
    for (int i = 0; i < length; i++)
        console_putc(text[i]);
    for (int i = length; c->left && i < c->width; i++)
        console_putc(' ');
}

static void put_number(uint64_t value, unsigned base, bool negative, bool upper,
                       const struct conversion *c)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    int at = sizeof(text);
    do {
        text[--at] = digits[value % base];
        value /= base;
    } while (value != 0);
    if (negative)
        text[--at] = '-';
    put_padded(text + at, (int)sizeof(text) - at, c, c->zero && !c->left ? '0' : ' ');
}

static void put_string(const char *s, const struct conversion *c)
{
    int length = 0;
    if (!s)
        s = "(null)";
    while (s[length] != '\0')
        length++;
    put_padded(s, length, c, ' ');
}

static const char *parse_conversion(const char *p, struct conversion *c)
{
    for (;; p++)
        if (*p == '-')
            c->left = true;
        else if (*p == '0')
            c->zero = true;
        else
            break;
    for (; *p >= '0' && *p <= '9'; p++)
        c->width = c->width * 10 + (*p - '0');
    for (; *p == 'l' || *p == 'z'; p++)
        c->longs++;
    return p;
}

/*
 * Takes the list by address: a va_list parameter is a pointer in disguise, which hides its state.
 */
static void vkprintf(const char *format, va_list *args)
{
    for (const char *p = format; *p != '\0'; p++) {
        if (*p != '%') {
            console_putc(*p);
            continue;
        }
        struct conversion c = {0};
        p = parse_conversion(p + 1, &c);
        switch (*p) {
        case 'd':
        case 'i': {
            int64_t v = c.longs ? va_arg(*args, long) : va_arg(*args, int);
            put_number(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, v < 0, false, &c);
            break;
        }
        case 'u':
        case 'x':
        case 'X': {
            uint64_t v = c.longs ? va_arg(*args, unsigned long) : va_arg(*args, unsigned);
            put_number(v, *p == 'u' ? 10 : 16, false, *p == 'X', &c);
            break;
        }
        case 'p':
            console_putc('0');
            console_putc('x');
            put_number((uint64_t)va_arg(*args, void *), 16, false, false, &c);
            break;
        case 'c':
            console_putc((char)va_arg(*args, int));
            break;
        case 's':
            put_string(va_arg(*args, const char *), &c);
            break;
        case '\0':
            return;
        default:
            console_putc(*p);
        }
    }
}

void kprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vkprintf(format, &args);
    va_end(args);
}

void cpu_stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt" ::: "memory");
}

/* Frame pointers are kept in the kernel, so every frame starts with {caller's frame, return}. */
void print_backtrace(uint64_t frame)
{
    extern char kernel_start[], kernel_end[];
    kprintf("backtrace:");
    for (int depth = 0; depth < 24; depth++) {
        bool inside = frame >= (uint64_t)kernel_start && frame + 16 <= (uint64_t)kernel_end;
        if (!inside || frame % 8 != 0)
            break;
        const uint64_t *words = (const uint64_t *)frame;
        if (words[1] == 0)
            break;
        kprintf(" %lx", words[1]);
        if (words[0] <= frame)
            break;
        frame = words[0];
    }
    kprintf("\n");
}

void panic_stop(uint64_t frame)
{
    /* A fault in here, on a broken stack, comes back once and then no more. */
    static bool panicking;
    if (!panicking) {
        panicking = true;
        print_backtrace(frame);
    }
    kprintf("The machine is stopped.\n");
    cpu_stop();
}

void panic(const char *format, ...)
{
    va_list args;
    kprintf("\nCaisson kernel: panic: ");
    va_start(args, format);
    vkprintf(format, &args);
    va_end(args);
    kprintf("\n");
    panic_stop((uint64_t)__builtin_frame_address(0));
}
