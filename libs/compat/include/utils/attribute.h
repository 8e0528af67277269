/* SPDX-License-Identifier: BSD-2-Clause */
/* The compiler's attributes, by the names of util_libs. */
#pragma once

#include <sel4/macros.h>

#define ALIAS(symbol)               __attribute__((__alias__(#symbol)))
#define ALIGN(n)                    __attribute__((__aligned__(n)))
#define ALLOC_ALIGN(n)              __attribute__((__alloc_align__(n)))
#define ALLOC_SIZE(...)             __attribute__((__alloc_size__(__VA_ARGS__)))
#define ALWAYS_INLINE               __attribute__((__always_inline__))
#define ASSUME_ALIGNED(...)         __attribute__((__assume_aligned__(__VA_ARGS__)))
#define CLEANUP(function)           __attribute__((__cleanup__(function)))
#define COLD                        __attribute__((__cold__))
#define CONSTRUCTOR(priority)       __attribute__((__constructor__(priority)))
#define DEPRECATED(message)         __attribute__((__deprecated__(message)))
#define ERROR(message)              __attribute__((__error__(message)))
#define FORMAT(kind, string, first) __attribute__((__format__(kind, string, first)))
#define HOT                         __attribute__((__hot__))
#define MALLOC                      __attribute__((__malloc__))
#define NONNULL(...)                __attribute__((__nonnull__(__VA_ARGS__)))
#define NONNULL_ALL                 __attribute__((__nonnull__))
#define NORETURN                    __attribute__((__noreturn__))
#define NO_INLINE                   __attribute__((__noinline__))
#define PACKED                      __attribute__((__packed__))
#define RETURNS_NONNULL             __attribute__((__returns_nonnull__))
#define SECTION(name)               __attribute__((__section__(name)))
#define SENTINEL(n)                 __attribute__((__sentinel__(n)))
#define SENTINEL_LAST               __attribute__((__sentinel__))
#define UNUSED                      __attribute__((__unused__))
#define USED                        __attribute__((__used__))
#define VISIBLE                     __attribute__((__externally_visible__))
#define WARNING(message)            __attribute__((__warning__(message)))
#define WARN_UNUSED_RESULT          __attribute__((__warn_unused_result__))
#define WEAK                        __attribute__((__weak__))

#ifdef NDEBUG
#define UNUSED_NDEBUG(x) ((void)(x))
#else
#define UNUSED_NDEBUG(x)
#endif
