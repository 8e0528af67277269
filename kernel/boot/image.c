/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root task's ELF file. It may be large, as guests' kernels are in it, so pages that the file
 * holds whole and aligned are used where they lie; only the edges of segments are copied.
 */
#include "image.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include <base/bits.h>
#include <base/string.h>

#include <stdbool.h>
#include <sel4/constants.h>

#define IMAGE_SIZE_MAX GIB(1)

static BOOT_CODE void check_segment(const struct image *image, const struct elf64_segment *s)
{
    if (!elf_in_file(image->file_size, s->offset, s->filesz, 1))
        panic("the root task's ELF file is cut off: a segment ends at byte 0x%lx of 0x%lx",
              s->offset + s->filesz, image->file_size);
    uint64_t memory_end;
    if (__builtin_add_overflow(s->vaddr, s->memsz, &memory_end) || memory_end > seL4_UserTop ||
        s->filesz > s->memsz || s->vaddr < PAGE_SIZE_4K)
        panic("the root task's ELF file has a segment at 0x%lx that cannot be placed", s->vaddr);
}

static BOOT_CODE void add_segment(struct image *image, const struct elf64_segment *s)
{
    if (image->count == IMAGE_SEGMENTS_MAX)
        panic("the root task's ELF file has more than %d segments", IMAGE_SEGMENTS_MAX);
    check_segment(image, s);
    image->start = MIN(image->start, ROUND_DOWN(s->vaddr, PAGE_SIZE_4K));
    image->end = MAX(image->end, ROUND_UP(s->vaddr + s->memsz, PAGE_SIZE_4K));
    image->segment[image->count++] = *s;
}

/* Nothing in the file need be aligned, so its structures are copied before they are looked at. */
BOOT_CODE void image_read(struct image *image, uint64_t paddr, uint64_t size)
{
    struct elf64_header h;
    image->file = phys_to_virt(paddr);
    image->file_paddr = paddr;
    image->file_size = size;
    if (size < sizeof(h))
        panic("the boot module is not an ELF file");
    memcpy(&h, image->file, sizeof(h));
    if (!elf64_is_program(&h, size))
        panic("the boot module is not an ELF program for x86-64, or it is cut off");
    image->entry = h.entry;
    image->start = ~0ul;

    for (unsigned i = 0; i < h.phnum; i++) {
        struct elf64_segment s;
        memcpy(&s, image->file + h.phoff + i * sizeof(s), sizeof(s));
        if (s.type == ELF_SEGMENT_LOAD && s.memsz != 0)
            add_segment(image, &s);
    }
    if (image->count == 0 || image->end - image->start > IMAGE_SIZE_MAX)
        panic("the root task's ELF file has no segment, or segments more than 1 GiB apart");
    if (image->entry < image->start || image->entry >= image->end)
        panic("the root task's ELF file starts at 0x%lx, which is not in it", image->entry);
}

BOOT_CODE uint64_t image_page_in_place(const struct image *image, uint64_t vaddr)
{
    uint64_t found = 0;
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_segment *s = &image->segment[i];
        bool touches = s->vaddr < vaddr + PAGE_SIZE_4K && vaddr < s->vaddr + s->memsz;
        bool covers = s->vaddr <= vaddr && vaddr + PAGE_SIZE_4K <= s->vaddr + s->filesz;
        if (!touches)
            continue;
        if (!covers || found != 0)
            return 0;
        found = image->file_paddr + s->offset + (vaddr - s->vaddr);
    }
    return found % PAGE_SIZE_4K == 0 ? found : 0;
}

BOOT_CODE void image_fill_page(const struct image *image, uint64_t vaddr, char *page)
{
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_segment *s = &image->segment[i];
        uint64_t from = MAX(s->vaddr, vaddr);
        uint64_t to = MIN(s->vaddr + s->filesz, vaddr + PAGE_SIZE_4K);
        if (from < to)
            memcpy(page + (from - vaddr), image->file + s->offset + (from - s->vaddr), to - from);
    }
}
