/* SPDX-License-Identifier: BSD-2-Clause */
#include <base/number.h>

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20; /* upper case to lower */
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool number_parse(const char *p, const char *end, uint64_t *value)
{
    unsigned base = 10;
    if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x') {
        base = 16;
        p += 2;
    }
    if (p == end || digit_value(*p) >= base)
        return false;
    *value = 0;
    for (; p < end && digit_value(*p) < base; p++)
        if (__builtin_mul_overflow(*value, (uint64_t)base, value) ||
            __builtin_add_overflow(*value, (uint64_t)digit_value(*p), value))
            return false;
    if (p == end)
        return true;
    int shift = *p == 'K' ? 10 : *p == 'M' ? 20 : *p == 'G' ? 30 : 0;
    if (shift == 0 || p + 1 != end || *value > UINT64_MAX >> shift)
        return false;
    *value <<= shift;
    return true;
}
