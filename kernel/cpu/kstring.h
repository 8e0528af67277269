/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory functions that the compiler itself may call, and a few of their kin.
 */
#pragma once

#include <stddef.h>

void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t size);
