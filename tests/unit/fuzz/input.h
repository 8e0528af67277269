/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libFuzzer found, as a sequence of numbers and bytes. After its end all are zero.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

void input_start(const uint8_t *bytes, size_t size);
/* Bytes left. */
size_t input_size(void);
/* The next so many bytes, eight at most. */
uint64_t input_number(unsigned bytes);
/* The next `size` bytes. */
void input_copy(void *to, size_t size);
