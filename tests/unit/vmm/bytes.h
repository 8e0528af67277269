/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes written as a string that are none: code and data in a guest's or device's memory. */
#pragma once

#include <stddef.h>
#include <string.h>

static inline void put_bytes(void *to, const char *bytes, size_t size)
{
    memcpy(to, bytes, size);
}
