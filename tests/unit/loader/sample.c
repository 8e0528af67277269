/* SPDX-License-Identifier: BSD-2-Clause */
/* The sample, see sample.h. */
#include "sample.h"

#include <string.h>

#define TABLE(field, n) ((struct capdl_table){offsetof(struct sample_description, field), n})

void sample_description(struct sample_description *s)
{
    memset(s, 0, sizeof(*s));
    s->header = (struct capdl_header){
        .magic = CAPDL_MAGIC,
        .version = CAPDL_VERSION,
        .size = sizeof(*s),
        .strings = TABLE(strings, sizeof(s->strings)),
        .objects = TABLE(objects, SAMPLE_OBJECTS),
        .caps = TABLE(caps, 2),
        .maps = TABLE(maps, 1),
        .threads = TABLE(threads, 1),
        .instances = TABLE(instances, 1),
        .fills = TABLE(fills, 1),
        .signals = TABLE(signals, 1),
    };
    /* Offset 0 is the empty string, 1 is "a", 3 "a.pool", 10 "a.extra_pool". */
    memcpy(s->strings, "\0a\0a.pool\0a.extra_pool", 23);
    s->objects[SAMPLE_CNODE] =
        (struct capdl_object){.type = CAPDL_CNODE, .size_bits = 6, .name = 1};
    s->objects[SAMPLE_VSPACE] = (struct capdl_object){.type = CAPDL_VSPACE, .name = 1};
    s->objects[SAMPLE_TCB] = (struct capdl_object){.type = CAPDL_TCB, .name = 1};
    s->objects[SAMPLE_IPC] = (struct capdl_object){.type = CAPDL_FRAME, .size_bits = 12, .name = 1};
    s->objects[SAMPLE_EP] = (struct capdl_object){.type = CAPDL_ENDPOINT, .name = 1};
    s->objects[SAMPLE_INFO] =
        (struct capdl_object){.type = CAPDL_FRAME, .size_bits = 12, .name = 1};
    s->objects[SAMPLE_UNTYPED] =
        (struct capdl_object){.type = CAPDL_UNTYPED, .size_bits = 21, .name = 1, .origin = 3};
    s->objects[SAMPLE_OPTIONAL] = (struct capdl_object){
        .type = CAPDL_UNTYPED, .size_bits = 21, .flags = CAPDL_OPTIONAL, .name = 1, .origin = 10};
    s->objects[SAMPLE_NOTIFICATION] = (struct capdl_object){.type = CAPDL_NOTIFICATION, .name = 1};
    s->objects[SAMPLE_MSI] = (struct capdl_object){
        .type = CAPDL_MSI, .flags = CAPDL_OPTIONAL, .name = 1, .param = {0, 0xfa}};
    s->caps[0] = (struct capdl_cap){.cnode = SAMPLE_CNODE, .object = SAMPLE_EP, .slot = 5};
    s->caps[1] = (struct capdl_cap){.cnode = SAMPLE_CNODE, .object = SAMPLE_UNTYPED, .slot = 6};
    s->maps[0] = (struct capdl_map){.vspace = SAMPLE_VSPACE,
                                    .frame = SAMPLE_IPC,
                                    .vaddr = 0x400000000,
                                    .rights = CAPDL_READ | CAPDL_WRITE};
    s->threads[0] = (struct capdl_thread){.tcb = SAMPLE_TCB,
                                          .cnode = SAMPLE_CNODE,
                                          .vspace = SAMPLE_VSPACE,
                                          .ipc_frame = SAMPLE_IPC,
                                          .bound_notification = CAPDL_NONE,
                                          .ipc_buffer = 0x400000000,
                                          .priority = 254,
                                          .max_priority = 254,
                                          .name = 1};
    s->instances[0] = (struct capdl_instance){.name = 1,
                                              .vspace = SAMPLE_VSPACE,
                                              .cnode = SAMPLE_CNODE,
                                              .symbols_vaddr = 0x500000000,
                                              .symbols_info = 0x500100000,
                                              .info_frame = SAMPLE_INFO};
    s->signals[0] = (struct capdl_signal){
        .object = SAMPLE_MSI, .notification = SAMPLE_NOTIFICATION, .badge = 1ull << 32};
    s->fills[0] = (struct capdl_fill){
        .frame = SAMPLE_INFO, .kind = CAPDL_FILL_BOOTINFO_EXTRA, .offset = 64, .size = 128};
}

void sample_program(struct sample_program *s)
{
    memset(s, 0, sizeof(*s));
    s->header = (struct elf64_header){
        .ident = {.bytes = ELF_MAGIC, .type = ELF_TYPE_EXECUTABLE, .machine = ELF_MACHINE_X86_64},
        .entry = SAMPLE_TEXT + 0x100,
        .phoff = offsetof(struct sample_program, segments),
        .shoff = offsetof(struct sample_program, sections),
        .phentsize = sizeof(s->segments[0]),
        .phnum = 2,
        .shentsize = sizeof(s->sections[0]),
        .shnum = 3,
    };
    s->header.ident.bytes[ELF_IDENT_CLASS] = ELF_CLASS_64;
    s->header.ident.bytes[ELF_IDENT_DATA] = ELF_DATA_LITTLE;
    s->segments[0] = (struct elf64_segment){.type = ELF_SEGMENT_LOAD,
                                            .vaddr = SAMPLE_TEXT,
                                            .filesz = SAMPLE_TEXT_SIZE,
                                            .memsz = SAMPLE_TEXT_SIZE};
    s->segments[1] = (struct elf64_segment){.type = ELF_SEGMENT_LOAD,
                                            .flags = ELF_SEGMENT_WRITABLE,
                                            .offset = 0x1800,
                                            .vaddr = SAMPLE_DATA,
                                            .filesz = SAMPLE_DATA_SIZE,
                                            .memsz = SAMPLE_DATA_MEM};
    s->sections[1] = (struct elf64_section){.type = ELF_SECTION_SYMBOLS,
                                            .offset = offsetof(struct sample_program, symbols),
                                            .size = sizeof(s->symbols),
                                            .link = 2};
    s->sections[2] = (struct elf64_section){
        .type = 3, .offset = offsetof(struct sample_program, strings), .size = sizeof(s->strings)};
    s->symbols[1] = (struct elf64_symbol){.name = 1, .value = SAMPLE_TEXT + 0x100};
    memcpy(s->strings, "\0start", 7);
}
