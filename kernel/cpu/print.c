/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted output to the console, and panic.
 */
#include "print.h"
#include "console.h"

#include <base/format.h>
#include <stdarg.h>
#include <stdbool.h>

static void put(void *context, char c)
{
    (void)context;
    console_putc(c);
}

void kprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_each(put, NULL, format, &args);
    va_end(args);
}

void cpu_stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt" ::: "memory");
}

/*
 * The return addresses along the chain of frame pointers: the kernel keeps them, so every frame
 * starts with {caller's frame, return}.
 */
static void print_backtrace(uint64_t frame)
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
    format_each(put, NULL, format, &args);
    va_end(args);
    kprintf("\n");
    panic_stop((uint64_t)__builtin_frame_address(0));
}
