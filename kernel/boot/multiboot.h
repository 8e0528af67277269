/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layouts of the Multiboot hand-over.
 *
 * Rests on: Multiboot Specification 0.6.96, sections 3.1 to 3.3.
 */
#pragma once

#include <base/bits.h>

#define MULTIBOOT_HEADER_MAGIC 0x1badb002
#define MULTIBOOT_LOADER_MAGIC 0x2badb002
#define MULTIBOOT_PAGE_ALIGN   BIT(0)
#define MULTIBOOT_MEMORY_INFO  BIT(1)
#define MULTIBOOT_ADDRESSES    BIT(16) /* the header carries load addresses, as ELF64 needs */
#define MULTIBOOT_VIDEO_MODE   BIT(2)
#define MULTIBOOT_VIDEO_LINEAR 0 /* kernel/CMakeLists.txt makes the name, or the next */
#define MULTIBOOT_VIDEO_TEXT   1

/*
 * The build can ask the loader for a video mode (KernelMultibootGFXMode): then these are defined by
 * kernel/CMakeLists.txt; zeros leave the choice to the loader.
 */
#ifdef MULTIBOOT_GFX_TYPE
#define MULTIBOOT_HEADER_FLAGS                                                                     \
    (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_ADDRESSES | MULTIBOOT_VIDEO_MODE)
#else
#define MULTIBOOT_HEADER_FLAGS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_ADDRESSES)
#endif

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Bits of multiboot_info.flags: which of its fields are valid. */
#define MULTIBOOT_INFO_MEMORY      BIT(0)
#define MULTIBOOT_INFO_CMDLINE     BIT(2)
#define MULTIBOOT_INFO_MODULES     BIT(3)
#define MULTIBOOT_INFO_MMAP        BIT(6)
#define MULTIBOOT_INFO_VBE         BIT(11)
#define MULTIBOOT_INFO_FRAMEBUFFER BIT(12)

struct multiboot_info {
    uint32_t flags;
    uint32_t mem_lower, mem_upper; /* KiB */
    uint32_t boot_device;
    uint32_t cmdline;
    uint32_t mods_count, mods_addr;
    uint32_t syms[4];
    uint32_t mmap_length, mmap_addr;
    uint32_t drives_length, drives_addr;
    uint32_t config_table;
    uint32_t boot_loader_name;
    uint32_t apm_table;
    uint32_t vbe_control_info, vbe_mode_info;
    uint16_t vbe_mode, vbe_interface_seg, vbe_interface_off, vbe_interface_len;
    uint64_t framebuffer_addr;
    uint32_t framebuffer_pitch, framebuffer_width, framebuffer_height;
    uint8_t framebuffer_bpp, framebuffer_type;
    uint8_t color_info[6];
} __attribute__((packed));

struct multiboot_module {
    uint32_t start, end;
    uint32_t cmdline;
    uint32_t reserved;
};

#define MULTIBOOT_MEMORY_RAM 1

struct multiboot_mmap_entry {
    uint32_t size; /* of what follows this field */
    uint64_t addr, length;
    uint32_t type;
} __attribute__((packed));
#endif
