/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small helpers that the other headers share.
 */
#pragma once

#define LIBSEL4_INLINE                        static inline
#define LIBSEL4_INLINE_FUNC                   static inline
#define SEL4_PACKED                           __attribute__((packed))
#define SEL4_DEPRECATED(x)                    __attribute__((deprecated(x)))
#define SEL4_DEPRECATE_MACRO(x)               x
#define SEL4_OFFSETOF(type, member)           __builtin_offsetof(type, member)
#define SEL4_COMPILE_ASSERT(name, expression) _Static_assert(expression, #name);
/* Enumerations of the API are as wide as a word. */
#define SEL4_FORCE_LONG_ENUM(type)            _enum_pad_##type = 0x7fffffffffffffffL
#define SEL4_SIZE_SANITY(index, entry, size)
