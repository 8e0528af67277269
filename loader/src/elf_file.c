/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf_file.h"

#include "error.h"

#include <base/elf.h>
#include <base/string.h>

static int check_header(const struct elf_file *elf, const char *name, struct elf64_header *header)
{
    if (elf->size < sizeof(*header))
        return loader_error("%s: its program is not an ELF file", name);
    memcpy(header, elf->data, sizeof(*header));
    if (!elf_has_magic(&header->ident))
        return loader_error("%s: its program is not an ELF file", name);
    if (!elf_is(&header->ident, ELF_CLASS_64, ELF_MACHINE_X86_64) ||
        header->ident.type != ELF_TYPE_EXECUTABLE)
        return loader_error("%s: its program is not a static x86-64 executable", name);
    if (!elf64_is_program(header, elf->size))
        return loader_error("%s: its program's headers lie outside of the file", name);
    return 0;
}

static int add_segment(struct elf_file *elf, const char *name, const struct elf64_segment *ph)
{
    if (ph->memsz == 0)
        return 0;
    const struct elf_range *last =
        elf->segment_count ? &elf->segments[elf->segment_count - 1] : NULL;
    if (elf->segment_count == ELF_MAX_SEGMENTS)
        return loader_error("%s: its program has more than %u segments", name, ELF_MAX_SEGMENTS);
    if (ph->filesz > ph->memsz || !elf_in_file(elf->size, ph->offset, ph->filesz, 1) ||
        ph->vaddr < PAGE_SIZE_4K || ph->vaddr > ELF_TOP || ph->memsz > ELF_TOP - ph->vaddr ||
        (last && ph->vaddr < last->vaddr + last->mem_size) ||
        (ph->filesz && (ph->vaddr - ph->offset) % PAGE_SIZE_4K)) {
        return loader_error(
            "%s: segment %u of its program has bad addresses (programs live between "
            "0x1000 and 0x%lx)",
            name, elf->segment_count, ELF_TOP);
    }
    elf->segments[elf->segment_count++] = (struct elf_range){
        .vaddr = ph->vaddr,
        .mem_size = ph->memsz,
        .offset = ph->offset,
        .file_size = ph->filesz,
        .writable = ph->flags & ELF_SEGMENT_WRITABLE,
    };
    return 0;
}

/* Symbols only serve messages: where the section headers make no sense there are none. */
static void find_symbols(struct elf_file *elf, const struct elf64_header *header)
{
    if (header->shentsize != sizeof(struct elf64_section) ||
        !elf_in_file(elf->size, header->shoff, header->shnum, sizeof(struct elf64_section)))
        return;
    for (unsigned i = 0; i < header->shnum; i++) {
        struct elf64_section symbols, strings;
        memcpy(&symbols, elf->data + header->shoff + i * sizeof(symbols), sizeof(symbols));
        if (symbols.type != ELF_SECTION_SYMBOLS || symbols.link >= header->shnum)
            continue;
        memcpy(&strings, elf->data + header->shoff + symbols.link * sizeof(strings),
               sizeof(strings));
        if (elf_in_file(elf->size, symbols.offset, symbols.size, 1) &&
            elf_in_file(elf->size, strings.offset, strings.size, 1) && strings.size &&
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
    struct elf64_header header;
    *elf = (struct elf_file){.data = data, .size = size};
    if (check_header(elf, name, &header))
        return -1;
    for (unsigned i = 0; i < header.phnum; i++) {
        struct elf64_segment ph;
        memcpy(&ph, elf->data + header.phoff + i * sizeof(ph), sizeof(ph));
        if (ph.type == ELF_SEGMENT_LOAD && add_segment(elf, name, &ph))
            return -1;
    }
    elf->entry = header.entry;
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_range *s = &elf->segments[i];
        if (elf->entry >= s->vaddr && elf->entry - s->vaddr < s->file_size) {
            find_symbols(elf, &header);
            return 0;
        }
    }
    return loader_error("%s: its program's entry point is in none of its segments", name);
}

uint64_t elf_symbol(const struct elf_file *elf, const char *name)
{
    struct elf64_symbol symbol;
    for (uint64_t i = 0; i + sizeof(symbol) <= elf->symtab_size; i += sizeof(symbol)) {
        memcpy(&symbol, elf->data + elf->symtab + i, sizeof(symbol));
        if (symbol.name < elf->strtab_size &&
            strcmp((const char *)elf->data + elf->strtab + symbol.name, name) == 0)
            return symbol.value;
    }
    return 0;
}
