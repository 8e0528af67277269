/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small well-formed description and program to start from: one instance "a" with a CNode, an
 * address space, a thread, an IPC buffer frame, an endpoint and untyped memory.
 */
#pragma once

#include <base/elf.h>
#include <capdl.h>
#include <stddef.h>

enum sample_object {
    SAMPLE_CNODE,
    SAMPLE_VSPACE,
    SAMPLE_TCB,
    SAMPLE_IPC,
    SAMPLE_EP,
    SAMPLE_INFO,
    SAMPLE_UNTYPED,
    SAMPLE_OPTIONAL,
    SAMPLE_NOTIFICATION,
    SAMPLE_MSI,
    SAMPLE_OBJECTS,
};

struct sample_description {
    struct capdl_header header;
    struct capdl_object objects[SAMPLE_OBJECTS];
    struct capdl_cap caps[2];
    struct capdl_map maps[1];
    struct capdl_thread threads[1];
    struct capdl_instance instances[1];
    struct capdl_fill fills[1];
    struct capdl_signal signals[1];
    char strings[64];
};

/* Text of one page and a bit at 0x400000, data at 0x403800 with zeros after it up to 0x405000. */
struct sample_program {
    struct elf64_header header;
    struct elf64_segment segments[2];
    struct elf64_section sections[3];
    struct elf64_symbol symbols[2];
    char strings[16];
    unsigned char rest[0x2000];
};

#define SAMPLE_TEXT      0x400000ul
#define SAMPLE_TEXT_SIZE 0x1080ul
#define SAMPLE_DATA      0x403800ul
#define SAMPLE_DATA_SIZE 0x100ul
#define SAMPLE_DATA_MEM  0x1800ul

void sample_description(struct sample_description *s);
void sample_program(struct sample_program *s);
