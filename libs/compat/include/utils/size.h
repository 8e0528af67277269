/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <utils/arith.h>

#define SIZE_BITS_TO_BYTES(bits)          BIT(bits)
#define BYTES_TO_SIZE_BITS(bytes)         LOG_BASE_2(bytes)
#define BYTES_TO_SIZE_BITS_PAGES(b, bits) (((b) + BIT(bits) - 1) >> (bits))
#define BYTES_TO_4K_PAGES(bytes)          BYTES_TO_SIZE_BITS_PAGES(bytes, PAGE_BITS_4K)
