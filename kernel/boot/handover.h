/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the Multiboot loader tells, copied out of memory that is about to be reused.
 */
#pragma once

#include "multiboot.h"

#include <stdbool.h>
#include <stdint.h>
#include <sel4/bootinfo_types.h>

struct handover {
    uint64_t module_start, module_end; /* the root task's ELF file */
    bool has_framebuffer, has_vbe;
    seL4_X86_BootInfo_fb_t framebuffer;
    seL4_X86_BootInfo_VBE vbe;
    seL4_X86_BootInfo_mmap_t mmap; /* mmap_length: bytes used; 0: no map was given */
};

extern struct handover handover;

/* Parses the command line, which names the console. The first thing to be done. */
void handover_read_cmdline(uint32_t info_paddr);
/* Fills `handover` and the memory map (memmap.h). */
void handover_read(uint32_t info_paddr);
