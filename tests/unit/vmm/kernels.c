/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels.h"

#include "bytes.h"

#include <string.h>

static void put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

void kernel_elf64(uint8_t *file, uint64_t paddr)
{
    put_bytes(file, "\177ELF\2\1\1", 7);
    put(file + 16, 2, 2);
    put(file + 18, 62, 2);
    put(file + 24, paddr + 0x10, 8); /* entry */
    put(file + 32, 64, 8);           /* program headers */
    put(file + 54, 56, 2);
    put(file + 56, 1, 2);
    put(file + 64, 1, 4);
    put(file + 64 + 8, 0x1000, 8);
    put(file + 64 + 16, 0xffffffff81000000, 8);
    put(file + 64 + 24, paddr, 8);
    put(file + 64 + 32, 0x1000, 8);
    put(file + 64 + 40, 0x3000, 8);
    memset(file + 0x1000, 0xab, 0x1000);
}

void kernel_elf32(uint8_t *file, uint32_t paddr)
{
    put_bytes(file, "\177ELF\1\1\1", 7);
    put(file + 16, 2, 2);
    put(file + 18, 3, 2);
    put(file + 24, 0xc1000020, 4); /* a virtual entry point */
    put(file + 28, 52, 4);
    put(file + 42, 32, 2);
    put(file + 44, 1, 2);
    put(file + 52, 1, 4);
    put(file + 52 + 4, 0x1000, 4);
    put(file + 52 + 8, 0xc1000000, 4);
    put(file + 52 + 12, paddr, 4);
    put(file + 52 + 16, 0x1000, 4);
    put(file + 52 + 20, 0x2000, 4);
}

void kernel_bzimage(uint8_t *file, bool wide)
{
    file[0x1f1] = 2; /* setup sectors: the rest begins at 0x600 */
    put(file + 0x1fe, 0xaa55, 2);
    put(file + 0x200, 0x66eb, 2);
    put_bytes(file + 0x202, "HdrS", 4);
    put(file + 0x206, 0x20f, 2);
    file[0x211] = 1;
    put(file + 0x22c, 0x7fffffff, 4);
    put(file + 0x230, 0x200000, 4);
    file[0x234] = 1;
    put(file + 0x236, wide ? 1 : 0, 2);
    put(file + 0x238, 2047, 4);
    put(file + 0x258, 0x1000000, 8);
    put(file + 0x260, 0x500000, 4);
    memset(file + 0x600, 0xcd, 0x2000);
}
