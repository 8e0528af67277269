/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uncached kernel mappings of device registers, made at boot and never taken away.
 */
#pragma once

#include "cpu/pte.h"

#include <stdbool.h>
#include <stddef.h>

/* The page table of DEVICE_WINDOW (memory.h), which boot/paging.c puts in its place. */
extern uint64_t devmap_table[TABLE_ENTRIES];

/* Maps the registers at [paddr, paddr + size); panics when the window is full. */
volatile void *devmap(uint64_t paddr, size_t size);

/* The physical page number `i` of those mapped, which user programs must not get; false after. */
bool devmap_page(unsigned i, uint64_t *paddr);
