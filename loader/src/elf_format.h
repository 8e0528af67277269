/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the ELF64 format (System V ABI, chapters 4 and 5; x86-64 supplement) that the loader
 * reads.
 */
#pragma once

#include <stdint.h>

#define ELF_MAGIC      0x464c457fu /* "\177ELF" */
#define ELF_CLASS_64   2
#define ELF_DATA_LSB   1
#define ELF_TYPE_EXEC  2
#define ELF_X86_64     62
#define ELF_PT_LOAD    1
#define ELF_PF_W       2
#define ELF_SHT_SYMTAB 2

struct elf_header {
    uint32_t magic;
    uint8_t class, data, ident[10];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_program_header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf_section_header {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
};

struct elf_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t shndx;
    uint64_t value, size;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF header");
_Static_assert(sizeof(struct elf_program_header) == 56, "ELF program header");
_Static_assert(sizeof(struct elf_section_header) == 64, "ELF section header");
_Static_assert(sizeof(struct elf_symbol) == 24, "ELF symbol");
