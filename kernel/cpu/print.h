/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's voice: formatted text on the console (console.h), and the end of the road (panic).
 */
#pragma once

#include <stdint.h>

/* Like printf, as far as format_each() in <base/format.h> goes. */
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says why on the console, with a backtrace of the kernel stack, and stops the machine's core. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The end of every panic: backtrace from the frame pointer `frame`, then a stop. */
_Noreturn void panic_stop(uint64_t frame);

/* Stops this core for good: interrupts off, halted. */
_Noreturn void cpu_stop(void);

/* An invariant of the kernel, checked unless NDEBUG is defined. */
#ifdef NDEBUG
#define kassert(condition) ((void)sizeof(condition))
#else
#define kassert(condition)                                                                         \
    ((condition) ? (void)0 : panic("%s:%d: %s does not hold", __FILE__, __LINE__, #condition))
#endif
