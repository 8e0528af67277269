/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What guest and component see in their dataports, which have 4096 bytes each. Types of a fixed
 * width, so that it is the same for programs of 32 and of 64 bits.
 */
#pragma once

#include <stdint.h>

#define WORDCOUNT_MAX (4096 - sizeof(uint32_t))

struct wordcount_text {
    uint32_t size; /* bytes of `text`, at most WORDCOUNT_MAX */
    char text[];
};

struct wordcount_counts {
    uint32_t lines, words, bytes;
    uint32_t texts; /* since the guest started */
};
