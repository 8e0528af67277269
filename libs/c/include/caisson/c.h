/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layer between newlib and the kernel: what it needs from the program's runtime above, and what
 * it offers to it.
 *
 * A thread enters at _start (crt0.S) with RDI = its index, RSI = its IPC buffer. The layer puts the
 * thread's TLS block on its stack and calls c_thread_main(index), which the runtime defines.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sel4/sel4.h>

/* Defined by the runtime: a thread's body. May return; the thread is then parked. */
void c_thread_main(seL4_Word index);

/* What the runtime may supply, before the first use of each; all optional. */
struct c_runtime {
    /*
     * Makes [end, end + size) of the heap accessible, or as much of its beginning as can be;
     * returns how many bytes. Both are multiples of 4 KiB.
     */
    size_t (*grow_heap)(uintptr_t end, size_t size);
    /* Stops the calling thread for good. */
    void (*park)(void);
};
extern struct c_runtime c_runtime;

/* The heap: `mapped` bytes at `start` are accessible; grow_heap may make it `limit` bytes. */
void c_heap_init(void *start, size_t mapped, size_t limit);

/* The program's constructors (.init_array), once, in the first thread, after c_heap_init(). */
void c_run_constructors(void);

/* The calling thread's own notification, on which it sleeps for locks. */
void c_thread_set_wake(seL4_CPtr notification);
seL4_CPtr c_thread_wake(void);
/* Sleeps until somebody signals it, or for no reason: callers check their condition again. */
void c_sleep(void);

/*
 * Where stdout and stderr go; NULL: the kernel's debug console. A whole buffer wins over single
 * characters.
 */
void set_putchar(void (*putchar)(int c));
void set_console_write(void (*write)(const char *bytes, size_t size));
/* Straight to there, not through stdio: for reports from places where stdio's locks may be held. */
void c_console_write(const char *bytes, size_t size);
/* Straight to the debug console. */
void c_debug_write(const char *bytes, size_t size);

/* For gettimeofday() and clock(): cycles of the TSC a second; 0 = no clock. */
void c_set_tsc_frequency(uint64_t hertz);
static inline uint64_t c_rdtsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}
