/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF files of both word sizes, as the kernel, the loader, the monitor and programs themselves read
 * them. Rests on: System V ABI, chapters 4 and 5, and its i386 and x86-64 supplements.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ELF_MAGIC      "\177ELF"
#define ELF_MAGIC_SIZE 4

/* Places in `ident`, and what stands there. */
#define ELF_IDENT_CLASS 4
#define ELF_CLASS_32    1
#define ELF_CLASS_64    2
#define ELF_IDENT_DATA  5
#define ELF_DATA_LITTLE 1

#define ELF_TYPE_EXECUTABLE 2
#define ELF_TYPE_DYNAMIC    3
#define ELF_MACHINE_386     3
#define ELF_MACHINE_X86_64  62

#define ELF_SEGMENT_LOAD        1
#define ELF_SEGMENT_INTERPRETER 3 /* the name of the dynamic linker */
#define ELF_SEGMENT_TLS         7
#define ELF_SEGMENT_WRITABLE    (1u << 1) /* a flag */

#define ELF_SECTION_SYMBOLS 2

#define ELF_SYMBOL_TYPE     0xf /* these bits of `info` */
#define ELF_SYMBOL_FUNCTION 2

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

struct elf64_section {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
};

struct elf64_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

_Static_assert(sizeof(struct elf32_header) == 52, "ELF32 header");
_Static_assert(sizeof(struct elf64_header) == 64, "ELF64 header");
_Static_assert(sizeof(struct elf32_segment) == 32, "ELF32 program header");
_Static_assert(sizeof(struct elf64_segment) == 56, "ELF64 program header");
_Static_assert(sizeof(struct elf64_section) == 64, "ELF64 section header");
_Static_assert(sizeof(struct elf64_symbol) == 24, "ELF64 symbol");

static inline bool elf_has_magic(const struct elf_ident *ident)
{
    const uint8_t *b = ident->bytes;
    return b[0] == 0x7f && b[1] == 'E' && b[2] == 'L' && b[3] == 'F';
}

static inline bool elf_is(const struct elf_ident *ident, unsigned class, unsigned machine)
{
    return elf_has_magic(ident) && ident->bytes[ELF_IDENT_CLASS] == class &&
           ident->bytes[ELF_IDENT_DATA] == ELF_DATA_LITTLE && ident->machine == machine;
}

/* Whether `count` entries of `entry_size` bytes at `offset` lie inside a file of `size` bytes. */
static inline bool elf_in_file(uint64_t size, uint64_t offset, uint64_t count, uint64_t entry_size)
{
    return offset <= size && count <= (size - offset) / entry_size;
}

/* A static program for x86-64 whose program headers lie inside of its `size` bytes. */
static inline bool elf64_is_program(const struct elf64_header *header, uint64_t size)
{
    return elf_is(&header->ident, ELF_CLASS_64, ELF_MACHINE_X86_64) &&
           header->ident.type == ELF_TYPE_EXECUTABLE &&
           header->phentsize == sizeof(struct elf64_segment) &&
           elf_in_file(size, header->phoff, header->phnum, sizeof(struct elf64_segment));
}
