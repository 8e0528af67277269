/* SPDX-License-Identifier: BSD-2-Clause */
#include "input.h"

#include <string.h>

static const uint8_t *at;
static size_t left;

void input_start(const uint8_t *bytes, size_t size)
{
    at = bytes;
    left = size;
}

size_t input_size(void)
{
    return left;
}

void input_copy(void *to, size_t size)
{
    size_t some = size < left ? size : left;

    memset(to, 0, size);
    if (some)
        memcpy(to, at, some);
    at += some;
    left -= some;
}

uint64_t input_number(unsigned bytes)
{
    uint64_t number = 0;

    input_copy(&number, bytes);
    return number;
}
