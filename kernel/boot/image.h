/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root task's image, as its ELF file describes it.
 */
#pragma once

#include <base/elf.h>

#define IMAGE_SEGMENTS_MAX 16

/* The checked image, with its loadable segments. */
struct image {
    const char *file;
    uint64_t file_paddr, file_size;
    uint64_t entry;
    uint64_t start, end; /* page-aligned user addresses */
    unsigned count;
    struct elf64_segment segment[IMAGE_SEGMENTS_MAX];
};

/* Checks the file and fills `image`; panics with what is wrong. */
void image_read(struct image *image, uint64_t paddr, uint64_t size);
/*
 * The physical address of the file's page that can serve as the user page at `vaddr` as it is, or 0
 * if the page has to be put together (image_fill_page).
 */
uint64_t image_page_in_place(const struct image *image, uint64_t vaddr);
void image_fill_page(const struct image *image, uint64_t vaddr, char *page);
