/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of ELF that a kernel image has, for both word sizes.
 * Rests on: System V ABI, chapters 4 and 5 (field order), and its i386 and x86-64 supplements.
 */
#pragma once

#include <stdint.h>

#define ELF_MAGIC         "\177ELF"
#define ELF_MAGIC_BYTES   4
#define ELF_CLASS_BYTE    4
#define ELF_CLASS_32      1
#define ELF_CLASS_64      2
#define ELF_DATA_BYTE     5
#define ELF_DATA_LITTLE   1
#define ELF_EXECUTABLE    2
#define ELF_DYNAMIC       3
#define ELF_MACHINE_386   3
#define ELF_MACHINE_AMD64 62
#define ELF_LOAD          1

struct elf_ident {
    uint8_t bytes[16];
    uint16_t type, machine;
    uint32_t version;
};

struct elf32_header {
    struct elf_ident ident;
    uint32_t entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf64_header {
    struct elf_ident ident;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf32_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct elf64_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
