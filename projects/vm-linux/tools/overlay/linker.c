/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: programs that the guest could not start, because they need a dynamic linker that
 * is not there. Rests on: System V ABI, chapter 5, "Program Interpreter".
 */
#include "overlay.h"

#include <base/elf.h>

#include <stdlib.h>
#include <string.h>

/* An ELF file; what differs by its word size is read as if it were 64-bit. */
struct file {
    const char *data;
    bool is_32;
};

static struct elf64_header header_of(const struct file *file)
{
    struct elf64_header header;
    struct elf32_header narrow;

    memcpy(&header, file->data, sizeof(header));
    if (file->is_32) {
        memcpy(&narrow, file->data, sizeof(narrow));
        header.phoff = narrow.phoff;
        header.phentsize = narrow.phentsize;
        header.phnum = narrow.phnum;
    }
    return header;
}

static struct elf64_segment segment_at(const struct file *file, uint64_t offset)
{
    struct elf64_segment segment;
    struct elf32_segment narrow;

    if (!file->is_32) {
        memcpy(&segment, file->data + offset, sizeof(segment));
        return segment;
    }
    memcpy(&narrow, file->data + offset, sizeof(narrow));
    return (struct elf64_segment){
        .type = narrow.type, .offset = narrow.offset, .filesz = narrow.filesz};
}

/* The dynamic linker that a file asks for, or NULL. */
static char *linker_of(const void *data, size_t size)
{
    struct file file = {data, false};

    if (size < sizeof(struct elf64_header))
        return NULL;
    struct elf64_header header = header_of(&file);
    file.is_32 = elf_is(&header.ident, ELF_CLASS_32, ELF_MACHINE_386);
    if (!file.is_32 && !elf_is(&header.ident, ELF_CLASS_64, ELF_MACHINE_X86_64))
        return NULL;
    header = header_of(&file);
    size_t step = file.is_32 ? sizeof(struct elf32_segment) : sizeof(struct elf64_segment);
    if (header.phentsize != step || !elf_in_file(size, header.phoff, header.phnum, step))
        return NULL;
    for (unsigned i = 0; i < header.phnum; i++) {
        struct elf64_segment segment = segment_at(&file, header.phoff + i * step);
        if (segment.type == ELF_SEGMENT_INTERPRETER &&
            elf_in_file(size, segment.offset, segment.filesz, 1))
            return strndup(file.data + segment.offset, segment.filesz);
    }
    return NULL;
}

void note_linker(struct plan *plan, const char *name, const void *data, size_t size)
{
    char *linker = linker_of(data, size);

    if (!linker)
        return;
    struct needed *needed = grow(NULL, sizeof(*needed));
    *needed = (struct needed){copy_string(name), linker, plan->needed};
    plan->needed = needed;
}

static bool is_there(struct tree *tree, const char *name)
{
    struct walk walk = {0};
    char *place = tree_place(tree, name, &walk);
    bool there = walk.problem == WALK_GOOD && tree_find(tree, place);

    free(place);
    return there;
}

void check_linkers(struct plan *plan, bool is_root)
{
    while (plan->needed) {
        struct needed *needed = plan->needed;
        plan->needed = needed->next;
        if (is_root && !is_there(plan->tree, needed->linker)) {
            warn("the guest cannot start /%s: it needs the dynamic linker %s, and there is none in "
                 "the image %s. Link the program with -static: "
                 "target_link_libraries(<program> -static)",
                 needed->program, needed->linker, plan->path);
        }
        free(needed->program);
        free(needed->linker);
        free(needed);
    }
}
