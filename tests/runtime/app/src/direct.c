/* SPDX-License-Identifier: BSD-2-Clause */
#include <camkes.h>

int direct_add(int a, int b)
{
    return a + b;
}

uint64_t heavy_sum(size_t items_sz, const uint16_t *items)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < items_sz; i++)
        sum += items[i];
    return sum;
}
