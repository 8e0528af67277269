/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the Multiboot loader tells. All of it lies below 4 GiB, where entry.S's tables reach.
 *
 * Rests on: Multiboot Specification 0.6.96, section 3.3.
 */
#include "handover.h"
#include "cmdline.h"
#include "memmap.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include <base/bits.h>
#include <base/string.h>

#include <stddef.h>

#define LOW_MEMORY_END MIB(1) /* BIOS data, option ROMs: never handed out as RAM */

BOOT_DATA struct handover handover = {0};

extern const char kernel_start[], kernel_end[];

static BOOT_CODE void add_region(uint64_t start, uint64_t length, bool ram)
{
    uint64_t end = start + length < start ? ~0ul : start + length;
    if (!ram) {
        memmap_add_other(start, end);
        return;
    }
    start = MAX(start, LOW_MEMORY_END);
    end = MIN(MIN(end, boot_options.max_ram), (uint64_t)PHYS_WINDOW_SIZE);
    if (start < end)
        memmap_add_ram(start, end);
}

/* One pass over the loader's map for RAM, another for what overlaps it. */
static BOOT_CODE void read_map(const struct multiboot_info *info, bool ram)
{
    const char *p = phys_to_virt(info->mmap_addr);
    const char *end = p + info->mmap_length;
    while ((size_t)(end - p) >= sizeof(struct multiboot_mmap_entry)) {
        struct multiboot_mmap_entry e;
        memcpy(&e, p, sizeof(e));
        if ((e.type == MULTIBOOT_MEMORY_RAM) == ram)
            add_region(e.addr, e.length, ram);
        uint32_t count = handover.mmap.mmap_length / sizeof(seL4_X86_mb_mmap_t);
        if (ram && count < SEL4_MULTIBOOT_MAX_MMAP_ENTRIES) {
            handover.mmap.mmap[count] = (seL4_X86_mb_mmap_t){e.size, e.addr, e.length, e.type};
            handover.mmap.mmap_length += sizeof(seL4_X86_mb_mmap_t);
        }
        if ((size_t)(end - p) - 4 < e.size || e.size < sizeof(e) - 4)
            break;
        p += e.size + 4;
    }
}

static BOOT_CODE void read_memory(const struct multiboot_info *info)
{
    if (info->flags & MULTIBOOT_INFO_MMAP) {
        read_map(info, true);
        read_map(info, false);
    } else if (info->flags & MULTIBOOT_INFO_MEMORY) {
        add_region(LOW_MEMORY_END, KIB(info->mem_upper), true);
    } else {
        panic("the boot loader gave no memory map");
    }
    uint64_t image = image_to_phys(kernel_start), image_end = image_to_phys(kernel_end);
    ranges_remove(&memmap_free, image, image_end);
}

static BOOT_CODE void read_module(const struct multiboot_info *info)
{
    if (!(info->flags & MULTIBOOT_INFO_MODULES) || info->mods_count == 0)
        panic("the boot loader gave no module: the root task's ELF file must be the first one "
              "(with QEMU: -initrd FILE)");
    struct multiboot_module m;
    memcpy(&m, phys_to_virt(info->mods_addr), sizeof(m));
    if (m.end <= m.start)
        panic("the boot module is empty");
    if (info->mods_count > 1)
        kprintf("Caisson: %u more boot modules are ignored\n", info->mods_count - 1);
    handover.module_start = m.start;
    handover.module_end = m.end;
    ranges_remove(&memmap_free, ROUND_DOWN(handover.module_start, PAGE_SIZE_4K),
                  ROUND_UP(handover.module_end, PAGE_SIZE_4K));
}

static BOOT_CODE void read_display(const struct multiboot_info *info)
{
    if (info->flags & MULTIBOOT_INFO_FRAMEBUFFER) {
        handover.has_framebuffer = true;
        handover.framebuffer = (seL4_X86_BootInfo_fb_t){
            .addr = info->framebuffer_addr,
            .pitch = info->framebuffer_pitch,
            .width = info->framebuffer_width,
            .height = info->framebuffer_height,
            .bpp = info->framebuffer_bpp,
            .type = info->framebuffer_type,
        };
    }
    if ((info->flags & MULTIBOOT_INFO_VBE) && info->vbe_control_info != 0 &&
        info->vbe_mode_info != 0) {
        handover.has_vbe = true;
        memcpy(&handover.vbe.vbeInfoBlock, phys_to_virt(info->vbe_control_info),
               sizeof(handover.vbe.vbeInfoBlock));
        memcpy(&handover.vbe.vbeModeInfoBlock, phys_to_virt(info->vbe_mode_info),
               sizeof(handover.vbe.vbeModeInfoBlock));
        handover.vbe.vbeMode = info->vbe_mode;
        handover.vbe.vbeInterfaceSeg = info->vbe_interface_seg;
        handover.vbe.vbeInterfaceOff = info->vbe_interface_off;
        handover.vbe.vbeInterfaceLen = info->vbe_interface_len;
    }
}

BOOT_CODE void handover_read_cmdline(uint32_t info_paddr)
{
    const struct multiboot_info *info = phys_to_virt(info_paddr);
    if (info->flags & MULTIBOOT_INFO_CMDLINE)
        cmdline_parse(phys_to_virt(info->cmdline));
}

BOOT_CODE void handover_read(uint32_t info_paddr)
{
    const struct multiboot_info *info = phys_to_virt(info_paddr);
    read_memory(info);
    read_module(info);
    read_display(info);
}
