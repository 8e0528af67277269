/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uncached kernel mappings of device registers, made at boot and never taken away. Implemented in
 * boot/paging.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Maps the registers at [paddr, paddr + size); panics when the window is full. */
volatile void *devmap(uint64_t paddr, size_t size);

/* The physical page number `i` of those mapped, which user programs must not get; false behind. */
bool devmap_page(unsigned i, uint64_t *paddr);
