/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory and Retype. Besides the invocation there is nothing that other files need, except
 * the boot code, which makes the first objects itself and moves watermarks.
 */
#pragma once

#include <stdint.h>

/* Clear `size` bytes at `memory`; both are multiples of 16. */
void memory_clear(void *memory, uint64_t size);
