/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of an ELF file that a program reads of itself: its TLS template and its symbols.
 * System V ABI, chapters 4 and 5 (Elf64_Ehdr, Elf64_Phdr, Elf64_Sym).
 */
#pragma once

#include <stdint.h>

struct elf64_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

#define ELF64_PT_TLS 7

struct elf64_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

#define ELF64_STT_FUNC 2

struct elf64_symbol {
    uint32_t name;
    uint8_t info, other; /* type in the low four bits of info */
    uint16_t section;
    uint64_t value, size;
};
