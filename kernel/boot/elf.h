/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF64 as the root task's image has it.
 *
 * Rests on: the System V ABI, chapters 4 and 5.
 */
#pragma once

#include <stdint.h>

struct elf_header {
    uint8_t magic[4];
    uint8_t class; /* 2: 64-bit */
    uint8_t data, version, abi, padding[8];
    uint16_t type, machine;
    uint32_t elf_version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

#define ELF_CLASS_64    2
#define ELF_TYPE_EXEC   2
#define ELF_MACHINE_X64 62

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

#define ELF_SEGMENT_LOAD 1

#define IMAGE_SEGMENTS_MAX 16

/* The checked image: loadable segments in order of address. */
struct image {
    const char *file;
    uint64_t file_paddr, file_size;
    uint64_t entry;
    uint64_t start, end; /* page-aligned user addresses */
    unsigned count;
    struct elf_segment segment[IMAGE_SEGMENTS_MAX];
};

/* Checks the file and fills `image`; panics with what is wrong. */
void image_read(struct image *image, uint64_t paddr, uint64_t size);
/*
 * The physical address of the file's page that can serve as the user page at `vaddr` as it is, or 0
 * if the page has to be put together (image_fill_page).
 */
uint64_t image_page_in_place(const struct image *image, uint64_t vaddr);
void image_fill_page(const struct image *image, uint64_t vaddr, char *page);
