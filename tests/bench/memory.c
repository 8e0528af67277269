/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a system takes of the machine's memory, from what was built (host tool of ./bench):
 *
 *   memory CAPDL_BIN KERNEL_ELF LOADER_ELF INSTANCE_ELF...
 *
 * Counted: the kernel's and the loader's own image, all kernel objects of the capability
 * description, and the instances' programs. Not counted: the memory pools that hold guest RAM, the
 * archive of guest files (section .rodata.cpio, or the loader's copies of programs), and page
 * tables, which the loader makes as needed (one page for each 2 MiB in use).
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <capdl.h>

enum {
    PAGE = 4096,
    SLOT_BITS = 5,
    TCB_BITS = 11,
    ENDPOINT_BITS = 4,
    NOTIFICATION_BITS = 5,
    KIB = 1024,
};

struct file {
    const char *path;
    uint8_t *bytes;
    size_t size;
};

static struct file read_file(const char *path)
{
    struct file file = {.path = path};
    FILE *stream = fopen(path, "rb");
    if (stream == NULL || fseek(stream, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    file.size = (size_t)ftell(stream);
    rewind(stream);
    file.bytes = malloc(file.size);
    if (file.bytes == NULL || fread(file.bytes, 1, file.size, stream) != file.size) {
        perror(path);
        exit(1);
    }
    fclose(stream);
    return file;
}

static uint64_t pages(uint64_t bytes)
{
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

static const Elf64_Ehdr *elf_header(const struct file *file)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)file->bytes;
    if (file->size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
        fprintf(stderr, "memory: error: %s is not an ELF file\n", file->path);
        exit(1);
    }
    return header;
}

static uint64_t program_bytes(const struct file *file)
{
    const Elf64_Ehdr *header = elf_header(file);
    const Elf64_Phdr *segments = (const Elf64_Phdr *)(file->bytes + header->e_phoff);
    uint64_t sum = 0;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD) {
            sum += pages(segments[i].p_memsz);
        }
    }
    return sum;
}

/* Bytes of the archive of guest files in a program; 0 if it has none. */
static uint64_t archive_bytes(const struct file *file)
{
    const Elf64_Ehdr *header = elf_header(file);
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(file->bytes + header->e_shoff);
    uint64_t start = 0, end = 0;
    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB) {
            continue;
        }
        const Elf64_Sym *symbols = (const Elf64_Sym *)(file->bytes + sections[i].sh_offset);
        const char *names = (const char *)(file->bytes + sections[sections[i].sh_link].sh_offset);
        for (uint64_t n = 0; n < sections[i].sh_size / sizeof(*symbols); n++) {
            const char *name = names + symbols[n].st_name;
            start = strcmp(name, "_cpio_archive") == 0 ? symbols[n].st_value : start;
            end = strcmp(name, "_cpio_archive_end") == 0 ? symbols[n].st_value : end;
        }
    }
    return (end - start) / PAGE * PAGE;
}

static uint64_t object_bytes(const struct capdl_object *object)
{
    if (object->flags & CAPDL_DEVICE) {
        return 0;
    }
    switch (object->type) {
    case CAPDL_CNODE:
        return 1ull << (object->size_bits + SLOT_BITS);
    case CAPDL_TCB:
        return 1 << TCB_BITS;
    case CAPDL_ENDPOINT:
        return 1 << ENDPOINT_BITS;
    case CAPDL_NOTIFICATION:
        return 1 << NOTIFICATION_BITS;
    case CAPDL_VSPACE:
    case CAPDL_ASID_POOL:
        return PAGE;
    case CAPDL_FRAME:
        return 1ull << object->size_bits;
    default:
        return 0;
    }
}

static const char *const type_names[] = {
    [CAPDL_CNODE] = "capability tables", [CAPDL_TCB] = "threads",
    [CAPDL_ENDPOINT] = "endpoints",      [CAPDL_NOTIFICATION] = "notifications",
    [CAPDL_VSPACE] = "address spaces",   [CAPDL_FRAME] = "heaps, stacks, shared memory",
    [CAPDL_ASID_POOL] = "ASID pools",
};

static void row(const char *what, uint64_t bytes)
{
    printf("  %-36s %8llu KiB\n", what, (unsigned long long)(bytes + KIB - 1) / KIB);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: memory CAPDL_BIN KERNEL_ELF LOADER_ELF INSTANCE_ELF...\n");
        return 2;
    }
    struct file description = read_file(argv[1]);
    const struct capdl_header *header = (const struct capdl_header *)description.bytes;
    if (description.size < sizeof(*header) || header->magic != CAPDL_MAGIC) {
        fprintf(stderr, "memory: error: %s is no capability description\n", argv[1]);
        return 1;
    }
    enum { TYPES = sizeof(type_names) / sizeof(type_names[0]) };
    uint64_t by_type[TYPES] = {0};
    const struct capdl_object *objects =
        (const struct capdl_object *)(description.bytes + header->objects.offset);
    for (uint64_t i = 0; i < header->objects.count; i++) {
        if (objects[i].type < TYPES) {
            by_type[objects[i].type] += object_bytes(&objects[i]);
        }
    }

    struct file kernel = read_file(argv[2]), loader = read_file(argv[3]);
    uint64_t programs = 0, archive = 0;
    for (int i = 4; i < argc; i++) {
        struct file program = read_file(argv[i]);
        archive += archive_bytes(&program);
        programs += program_bytes(&program) - archive_bytes(&program);
        free(program.bytes);
    }
    uint64_t loader_own = program_bytes(&loader) - archive;
    uint64_t total = program_bytes(&kernel) + loader_own + programs;
    row("kernel", program_bytes(&kernel));
    row("loader with what it carries", loader_own);
    row("components' programs", programs);
    for (unsigned type = 0; type < TYPES; type++) {
        if (by_type[type] != 0 && type_names[type] != NULL) {
            row(type_names[type], by_type[type]);
            total += by_type[type];
        }
    }
    row("total", total);
    return 0;
}
