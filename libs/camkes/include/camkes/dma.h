/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for devices: a pool of `dma_pool` bytes, of which a driver can tell its device where it
 * is. x86 devices see what the processor's caches hold, so memory is cached whatever is asked for.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * `size` bytes in one piece of physical memory, at a multiple of `align` (a power of two, 0 = any);
 * NULL where none is left. Today's interface has a third argument, whether to cache: it may be
 * there, and changes nothing.
 */
void *camkes_dma_alloc(size_t size, int align, ...) __attribute__((warn_unused_result));
/* With the size that was asked for; NULL is nothing. */
void camkes_dma_free(void *ptr, size_t size);
/* 0 where `ptr` does not point into memory for devices. */
uintptr_t camkes_dma_get_paddr(void *ptr);
