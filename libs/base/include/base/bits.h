/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bits, rounding, sizes and arrays: the arithmetic that every layer needs. Constants only, so that
 * assembly may include it, too; each macro evaluates each argument once or says otherwise.
 */
#pragma once

#ifdef __ASSEMBLER__
#define BIT(n) (1 << (n))
#else
#define BIT(n)  (1ul << (n))

/* The lowest `n` bits, 0 <= n < 64. */
#define MASK(n) (BIT(n) - 1ul)

#define ARRAY_SIZE(array)   (sizeof(array) / sizeof((array)[0]))

/* To a multiple of `size`, which is a power of two. The result has the type of `n`. */
#define ROUND_DOWN(n, size) ((n) & ~((__typeof__(n))(size)-1))
#define ROUND_UP(n, size)   ROUND_DOWN((n) + ((__typeof__(n))(size)-1), size)

#define MIN(a, b)                                                                                  \
    ({                                                                                             \
        __typeof__(a) min_a_ = (a);                                                                \
        __typeof__(b) min_b_ = (b);                                                                \
        min_a_ < min_b_ ? min_a_ : min_b_;                                                         \
    })
#define MAX(a, b)                                                                                  \
    ({                                                                                             \
        __typeof__(a) max_a_ = (a);                                                                \
        __typeof__(b) max_b_ = (b);                                                                \
        max_a_ > max_b_ ? max_a_ : max_b_;                                                         \
    })

/* The structure whose `member` is at `pointer`, which is not NULL. */
#define CONTAINER_OF(pointer, type, member)                                                        \
    ((type *)((char *)(pointer) - __builtin_offsetof(type, member)))
#endif

#define KIB(n) ((n)*BIT(10))
#define MIB(n) ((n)*BIT(20))
#define GIB(n) ((n)*BIT(30))

/* What an x86-64 page table entry can map (Intel SDM vol. 3, 4.5; AMD APM vol. 2, 5.3). */
#define PAGE_BITS_4K 12
#define PAGE_BITS_2M 21
#define PAGE_BITS_1G 30
#define PAGE_SIZE_4K BIT(PAGE_BITS_4K)
#define PAGE_SIZE_2M BIT(PAGE_BITS_2M)
#define PAGE_SIZE_1G BIT(PAGE_BITS_1G)
