/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader needs from an ELF program: its loadable segments, entry and symbol tables. The
 * file is checked once, here; offsets and addresses in struct elf_file are in range.
 */
#pragma once

#include <base/bits.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_MAX_SEGMENTS 16

/* Programs live below this address; what the compiler places begins there. */
#define ELF_TOP GIB(4)

struct elf_range {
    uint64_t vaddr, mem_size; /* mem_size > 0 */
    uint64_t offset, file_size;
    bool writable;
};

struct elf_file {
    const uint8_t *data;
    size_t size;
    uint64_t entry;
    unsigned segment_count; /* in order of address, not overlapping */
    struct elf_range segments[ELF_MAX_SEGMENTS];
    uint64_t symtab, symtab_size; /* file offset and bytes; size 0 = none */
    uint64_t strtab, strtab_size;
};

/* 0, or -1 with loader_message set; `name` is for messages. */
int elf_open(struct elf_file *elf, const char *name, const void *data, size_t size);

/* Value of a symbol, or 0. */
uint64_t elf_symbol(const struct elf_file *elf, const char *name);
