/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF64 programs for x86-64 (System V ABI, chapters 4 and 5).
 */
#include "elf_file.h"

#include "elf_format.h"
#include "error.h"

#include <string.h>

static bool in_file(const struct elf_file *elf, uint64_t offset, uint64_t size)
{
    return offset <= elf->size && size <= elf->size - offset;
}

static int check_header(const struct elf_file *elf, const char *name, struct elf_header *header)
{
    const uint32_t magic = ELF_MAGIC;
    if (elf->size < sizeof(*header) || memcmp(elf->data, &magic, sizeof(magic)) != 0)
        return loader_error("%s: its program is not an ELF file", name);
    memcpy(header, elf->data, sizeof(*header));
    if (header->class != ELF_CLASS_64 || header->data != ELF_DATA_LSB ||
        header->machine != ELF_X86_64 || header->type != ELF_TYPE_EXEC)
        return loader_error("%s: its program is not a static x86-64 executable", name);
    if (header->phentsize != sizeof(struct elf_program_header) ||
        !in_file(elf, header->phoff, (uint64_t)header->phnum * sizeof(struct elf_program_header)))
        return loader_error("%s: its program's headers lie outside of the file", name);
    return 0;
}

static int add_segment(struct elf_file *elf, const char *name, const struct elf_program_header *ph)
{
    if (ph->memsz == 0)
        return 0;
    const struct elf_segment *last =
        elf->segment_count ? &elf->segments[elf->segment_count - 1] : NULL;
    if (elf->segment_count == ELF_MAX_SEGMENTS)
        return loader_error("%s: its program has more than %u segments", name, ELF_MAX_SEGMENTS);
    if (ph->filesz > ph->memsz || !in_file(elf, ph->offset, ph->filesz) || ph->vaddr < 4096 ||
        ph->vaddr > ELF_TOP || ph->memsz > ELF_TOP - ph->vaddr ||
        (last && ph->vaddr < last->vaddr + last->mem_size) ||
        (ph->filesz && (ph->vaddr - ph->offset) % 4096)) {
        return loader_error(
            "%s: segment %u of its program has bad addresses (programs live between "
            "0x1000 and 0x%lx)",
            name, elf->segment_count, (unsigned long)ELF_TOP);
    }
    elf->segments[elf->segment_count++] = (struct elf_segment){
        .vaddr = ph->vaddr,
        .mem_size = ph->memsz,
        .offset = ph->offset,
        .file_size = ph->filesz,
        .writable = ph->flags & ELF_PF_W,
    };
    return 0;
}

/* Symbols only serve messages: where the section headers make no sense there are none. */
static void find_symbols(struct elf_file *elf, const struct elf_header *header)
{
    if (header->shentsize != sizeof(struct elf_section_header) ||
        !in_file(elf, header->shoff, (uint64_t)header->shnum * sizeof(struct elf_section_header)))
        return;
    for (unsigned i = 0; i < header->shnum; i++) {
        struct elf_section_header symbols, strings;
        memcpy(&symbols, elf->data + header->shoff + i * sizeof(symbols), sizeof(symbols));
        if (symbols.type != ELF_SHT_SYMTAB || symbols.link >= header->shnum)
            continue;
        memcpy(&strings, elf->data + header->shoff + symbols.link * sizeof(strings),
               sizeof(strings));
        if (in_file(elf, symbols.offset, symbols.size) &&
            in_file(elf, strings.offset, strings.size) && strings.size &&
            elf->data[strings.offset + strings.size - 1] == 0) {
            elf->symtab = symbols.offset;
            elf->symtab_size = symbols.size;
            elf->strtab = strings.offset;
            elf->strtab_size = strings.size;
        }
        return;
    }
}

int elf_open(struct elf_file *elf, const char *name, const void *data, size_t size)
{
    struct elf_header header;
    *elf = (struct elf_file){.data = data, .size = size};
    if (check_header(elf, name, &header))
        return -1;
    for (unsigned i = 0; i < header.phnum; i++) {
        struct elf_program_header ph;
        memcpy(&ph, elf->data + header.phoff + i * sizeof(ph), sizeof(ph));
        if (ph.type == ELF_PT_LOAD && add_segment(elf, name, &ph))
            return -1;
    }
    elf->entry = header.entry;
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *s = &elf->segments[i];
        if (elf->entry >= s->vaddr && elf->entry - s->vaddr < s->file_size) {
            find_symbols(elf, &header);
            return 0;
        }
    }
    return loader_error("%s: its program's entry point is in none of its segments", name);
}

uint64_t elf_symbol(const struct elf_file *elf, const char *name)
{
    for (uint64_t i = 0; i + sizeof(struct elf_symbol) <= elf->symtab_size;
         i += sizeof(struct elf_symbol)) {
        struct elf_symbol symbol;
        memcpy(&symbol, elf->data + elf->symtab + i, sizeof(symbol));
        if (symbol.name < elf->strtab_size &&
            strcmp((const char *)elf->data + elf->strtab + symbol.name, name) == 0)
            return symbol.value;
    }
    return 0;
}
