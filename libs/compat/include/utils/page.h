/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <base/bits.h>
#include <sel4/sel4.h>
#include <utils/arith.h>

#define PAGE_ALIGN_4K(address)      ((address) & ~(PAGE_SIZE_4K - 1))
#define IS_PAGE_ALIGNED_4K(address) (((address) & (PAGE_SIZE_4K - 1)) == 0)

static inline size_t sel4_page_size_bits(void)
{
    return seL4_PageBits;
}

/* The largest page, of those that a processor has, that lies within the size. */
static inline size_t sel4_page_size_bits_for_memory_region(size_t size)
{
    return size >= PAGE_SIZE_1G   ? PAGE_BITS_1G
           : size >= PAGE_SIZE_2M ? PAGE_BITS_2M
           : size >= PAGE_SIZE_4K ? PAGE_BITS_4K
                                  : 0;
}
