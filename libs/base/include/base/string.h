/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory and string functions of C (ISO C17, 7.24) for programs without a C library: the
 * kernel, the loader, the tests on the kernel. The first four may be called by the compiler itself.
 */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
