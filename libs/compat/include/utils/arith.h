/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic, by the names of util_libs. */
#pragma once

#include <assert.h>
#include <base/bits.h>
#include <limits.h>
#include <stdint.h>
#include <utils/attribute.h>
#include <utils/builtin.h>
#include <utils/stringify.h>

#define MASK_UNSAFE(n)           MASK(n)
#define IS_ALIGNED(n, bits)      (((n)&MASK(bits)) == 0)
#define IS_POWER_OF_2_OR_ZERO(n) (((n) & ((n)-1)) == 0)
#define IS_POWER_OF_2(n)         ((n) != 0 && IS_POWER_OF_2_OR_ZERO(n))
#define ALIGN_UP(n, size)        (((n) + (size)-1) & ~((size)-1))
#define ALIGN_DOWN(n, size)      ((n) & ~((size)-1))
#define LOG_BASE_2(n)            (sizeof(long) * CHAR_BIT - 1 - CLZL(n))
/* The next larger one, of 64, too: 128. */
#define NEXT_POWER_OF_2(n)       ((uint32_t)(1ull << (64 - __builtin_clzll((uint32_t)(n)))))

/* To a multiple of any number: in <base/bits.h> it has to be a power of two. */
#undef ROUND_DOWN
#undef ROUND_UP
#define ROUND_DOWN_UNSAFE(n, size) ((n) - (n) % (size))
#define ROUND_UP_UNSAFE(n, size)   (((n) + (size)-1) / (size) * (size))
#define ROUND_DOWN(n, size)                                                                        \
    ({                                                                                             \
        __typeof__(n) round_n_ = (n);                                                              \
        ROUND_DOWN_UNSAFE(round_n_, (size));                                                       \
    })
#define ROUND_UP(n, size)                                                                          \
    ({                                                                                             \
        __typeof__(n) round_n_ = (n);                                                              \
        __typeof__(size) round_size_ = (size);                                                     \
        ROUND_UP_UNSAFE(round_n_, round_size_);                                                    \
    })
#define DIV_ROUND_UP(n, d)                                                                         \
    ({                                                                                             \
        __typeof__(n) div_n_ = (n);                                                                \
        __typeof__(d) div_d_ = (d);                                                                \
        div_n_ / div_d_ + (div_n_ % div_d_ != 0);                                                  \
    })
#define DIV_ROUND(n, d)                                                                            \
    ({                                                                                             \
        __typeof__(n) div_n_ = (n);                                                                \
        __typeof__(d) div_d_ = (d);                                                                \
        div_n_ / div_d_ + (div_n_ % div_d_ >= (div_d_ + 1) / 2);                                   \
    })

#define MIN_UNSAFE(a, b)      ((a) < (b) ? (a) : (b))
#define MAX_UNSAFE(a, b)      ((a) > (b) ? (a) : (b))
#define CLAMP(low, n, high)   MAX((low), MIN((n), (high)))
#define INRANGE(low, n, high) CLAMP(low, n, high)
#define ISINRANGE(low, n, high)                                                                    \
    ({                                                                                             \
        __typeof__(n) range_n_ = (n);                                                              \
        (low) <= range_n_ &&range_n_ <= (high);                                                    \
    })
/* Sums and differences that stop at a limit. */
#define CLAMP_ADD(a, b, limit)                                                                     \
    ({                                                                                             \
        __typeof__(a) clamp_a_ = (a);                                                              \
        __typeof__(b) clamp_b_ = (b);                                                              \
        (limit) - clamp_b_ < clamp_a_ ? (limit) : clamp_a_ + clamp_b_;                             \
    })
#define CLAMP_SUB(a, b, limit)                                                                     \
    ({                                                                                             \
        __typeof__(a) clamp_a_ = (a);                                                              \
        __typeof__(b) clamp_b_ = (b);                                                              \
        (limit) + clamp_b_ > clamp_a_ ? (limit) : clamp_a_ - clamp_b_;                             \
    })

/* In a packed structure of registers: from the one at `before`, of `type`, to that at `after`. */
#define PAD_STRUCT_BETWEEN(before, after, type)                                                    \
    uint8_t JOIN(padding_, __COUNTER__)[(after) - (before) - sizeof(type)]
