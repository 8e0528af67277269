/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As hexadecimal digits, a line for 16 bytes. */
void utils_memory_dump(const void *address, size_t length, size_t unit);

#ifdef __cplusplus
}
#endif
