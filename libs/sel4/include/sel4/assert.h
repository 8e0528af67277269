/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions that need no C library: the kernel's console, if it has one for programs, says what
 * failed, and the thread faults.
 */
#pragma once

#include <sel4/syscalls.h>

__attribute__((noreturn)) LIBSEL4_INLINE void sel4_failed(const char *what, const char *file,
                                                          const char *function)
{
#ifdef CONFIG_PRINTING
    seL4_DebugPutString(file);
    seL4_DebugPutString(": ");
    seL4_DebugPutString(function);
    seL4_DebugPutString(": ");
    seL4_DebugPutString(what);
    seL4_DebugPutString("\n");
#else
    (void)what, (void)file, (void)function;
#endif
    __builtin_trap();
}

#define seL4_Fail(text)         sel4_failed(text, __FILE__, __func__)
#define seL4_Assert(expression) ((expression) ? (void)0 : seL4_Fail(#expression))

#define seL4_CompileTimeAssert(expression) SEL4_COMPILE_ASSERT(seL4_CompileTimeAssert, expression)
