/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy, memmove and memset for copies both small (messages) and large (guest images): two
 * overlapping moves up to 32 bytes, whole words by string instructions above that. Every processor
 * with AMD-V or VT-x runs `rep movsq` as a fast string operation.
 */
#include <base/string.h>

#include <stdint.h>

typedef uint64_t __attribute__((may_alias, aligned(1))) word64;
typedef uint32_t __attribute__((may_alias, aligned(1))) word32;
typedef uint16_t __attribute__((may_alias, aligned(1))) word16;

/* At most 32 bytes. All loads come before all stores, so the two may overlap. */
static inline void move_small(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size >= 16) {
        uint64_t a = *(const word64 *)from, b = *(const word64 *)(from + 8);
        uint64_t c = *(const word64 *)(from + size - 16), d = *(const word64 *)(from + size - 8);
        *(word64 *)to = a;
        *(word64 *)(to + 8) = b;
        *(word64 *)(to + size - 16) = c;
        *(word64 *)(to + size - 8) = d;
    } else if (size >= 8) {
        uint64_t a = *(const word64 *)from, b = *(const word64 *)(from + size - 8);
        *(word64 *)to = a;
        *(word64 *)(to + size - 8) = b;
    } else if (size >= 4) {
        uint32_t a = *(const word32 *)from, b = *(const word32 *)(from + size - 4);
        *(word32 *)to = a;
        *(word32 *)(to + size - 4) = b;
    } else if (size >= 2) {
        uint16_t a = *(const word16 *)from, b = *(const word16 *)(from + size - 2);
        *(word16 *)to = a;
        *(word16 *)(to + size - 2) = b;
    } else if (size == 1) {
        *to = *from;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    if (size <= 32) {
        move_small(to, from, size);
        return to;
    }
    uint64_t last = *(const word64 *)((const uint8_t *)from + size - 8);
    void *d = to;
    const void *s = from;
    size_t words = (size - 1) / 8;
    __asm__ volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
    *(word64 *)((uint8_t *)to + size - 8) = last;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    uintptr_t distance = (uintptr_t)to - (uintptr_t)from;
    if (size <= 32) {
        move_small(to, from, size);
    } else if (distance >= size) { /* not inside the source: upwards is safe */
        return memcpy(to, from, size);
    } else if (distance != 0) {
        uint64_t first = *(const word64 *)from;
        uint8_t *d = (uint8_t *)to + size;
        const uint8_t *s = (const uint8_t *)from + size;
        while (d > (uint8_t *)to + 8) {
            d -= 8;
            s -= 8;
            uint64_t word = *(const word64 *)s;
            __asm__ volatile("" : "+r"(word)); /* keep the order of loads and stores */
            *(word64 *)d = word;
        }
        *(word64 *)to = first;
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    uint64_t word = (uint8_t)value * 0x0101010101010101ull;
    uint8_t *d = to;
    if (size < 8) {
        for (size_t i = 0; i < size; i++) {
            __asm__ volatile("" : "+r"(i)); /* or the compiler makes a call to memset of it */
            d[i] = (uint8_t)value;
        }
        return to;
    }
    *(word64 *)(d + size - 8) = word;
    size_t words = (size - 1) / 8;
    void *p = to;
    __asm__ volatile("rep stosq" : "+D"(p), "+c"(words) : "a"(word) : "memory");
    return to;
}
