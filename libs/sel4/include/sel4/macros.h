/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small helpers that the other headers share, for C11 and C++17.
 */
#pragma once

#include <sel4/config.h>

#ifndef CONST
#define CONST __attribute__((__const__))
#endif
#ifndef PURE
#define PURE __attribute__((__pure__))
#endif

#define LIBSEL4_INLINE       static inline
#define LIBSEL4_INLINE_FUNC  static inline
#define LIBSEL4_UNUSED       __attribute__((unused))
#define LIBSEL4_WEAK         __attribute__((weak))
#define LIBSEL4_NOINLINE     __attribute__((noinline))
#define LIBSEL4_THREAD_LOCAL __thread
#define LIBSEL4_BIT(n)       (1ul << (n))

#define SEL4_PACKED                 __attribute__((packed))
#define SEL4_DEPRECATED(x)          __attribute__((deprecated(x)))
#define SEL4_DEPRECATE_MACRO(x)     x
#define SEL4_OFFSETOF(type, member) __builtin_offsetof(type, member)

#ifdef __cplusplus
#define SEL4_COMPILE_ASSERT(name, expression) static_assert(expression, #name);
#else
#define SEL4_COMPILE_ASSERT(name, expression) _Static_assert(expression, #name);
#endif
#define SEL4_SIZE_SANITY(index, entry, size)                                                       \
    SEL4_COMPILE_ASSERT(index##_##entry##_##size, (index) + (entry) == (size))

/*
 * Such an enumeration is as wide as a word. That is more than ISO C knows: `__extension__` goes
 * before its declaration.
 */
#define SEL4_FORCE_LONG_ENUM(type) _enum_pad_##type = 0x7fffffffffffffffL
