/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's half of every address space; see cpu/memory.h for the map.
 */
#pragma once

#include <stdint.h>

/* Builds the kernel's tables and loads them; entry.S's are not used from then on. */
void paging_init(void);

/*
 * Makes [paddr, paddr + size) readable in the physical window (in units of 2 MiB): for firmware
 * tables, which may lie outside of RAM.
 */
void *paging_window(uint64_t paddr, uint64_t size);

/* After boot: takes away the mappings of what only booting needed. Not itself boot code. */
void paging_drop_boot(void);
