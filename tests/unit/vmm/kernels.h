/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels as far as a loader looks at them, written into memory that is all zero. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_ELF_BYTES     0x2400
#define KERNEL_BZIMAGE_BYTES 0x2600

/* One segment of 0x1000 bytes, 0x3000 in memory, at `paddr`. */
void kernel_elf64(uint8_t *file, uint64_t paddr);
/* The same, 0x2000 in memory, entered at a virtual address. */
void kernel_elf32(uint8_t *file, uint32_t paddr);
/* It can be moved; `wide`: it has a 64-bit entry point. */
void kernel_bzimage(uint8_t *file, bool wide);
