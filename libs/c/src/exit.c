/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ends of a thread. abort() (and so a failed assert) raises an invalid-opcode fault on purpose:
 * the instance's fault thread then reports registers and a backtrace and leaves the thread stopped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <caisson/c.h>

_Noreturn void abort(void)
{
    static const char message[] = "abort() called\n";
    c_console_write(message, sizeof(message) - 1);
    __builtin_trap();
}

_Noreturn void _exit(int status)
{
    char message[48];
    int size = snprintf(message, sizeof(message), "exit(%d) called: thread stopped\n", status);
    c_console_write(message, (size_t)size);
    if (c_runtime.park)
        c_runtime.park();
    __builtin_trap();
}

_Noreturn void __assert_func(const char *file, int line, const char *function,
                             const char *expression)
{
    char message[256];
    int size = snprintf(message, sizeof(message), "%s:%d: %s%sassertion failed: %s\n", file, line,
                        function ? function : "", function ? "(): " : "", expression);
    c_console_write(message, (size_t)size < sizeof(message) ? (size_t)size : strlen(message));
    __builtin_trap();
}
