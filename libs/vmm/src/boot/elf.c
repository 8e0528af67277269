/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads an ELF vmlinux at the physical addresses it was linked for. There it needs no relocation;
 * whatever follows the ELF in the file (the relocation data of a KASLR build) is left alone.
 */
#include "boot_private.h"

#include <base/elf.h>
#include <errno.h>

#define SEGMENTS_MAX  32
#define SETUP_VERSION 0x020f

/* What both classes have in common, widened. */
struct segment {
    uint64_t paddr, vaddr, offset, file_size, memory_size;
};

struct elf_info {
    bool wide;
    uint64_t entry, phoff;
    unsigned phnum, phentsize;
};

bool boot_is_elf(const uint8_t *first, uint64_t size)
{
    return size >= sizeof(struct elf64_header) && memcmp(first, ELF_MAGIC, ELF_MAGIC_SIZE) == 0;
}

static int read_header(struct vmm_file *file, struct elf_info *elf)
{
    union {
        struct elf_ident ident;
        struct elf32_header e32;
        struct elf64_header e64;
    } header;
    const struct elf_ident *ident = &header.ident;

    if (boot_read(file, 0, &header, sizeof(header)) ||
        (ident->type != ELF_TYPE_EXECUTABLE && ident->type != ELF_TYPE_DYNAMIC))
        return -ENOEXEC;
    if (elf_is(ident, ELF_CLASS_64, ELF_MACHINE_X86_64)) {
        *elf = (struct elf_info){true, header.e64.entry, header.e64.phoff, header.e64.phnum,
                                 header.e64.phentsize};
        return elf->phentsize == sizeof(struct elf64_segment) ? 0 : -ENOEXEC;
    }
    if (elf_is(ident, ELF_CLASS_32, ELF_MACHINE_386)) {
        *elf = (struct elf_info){false, header.e32.entry, header.e32.phoff, header.e32.phnum,
                                 header.e32.phentsize};
        return elf->phentsize == sizeof(struct elf32_segment) ? 0 : -ENOEXEC;
    }
    return -ENOEXEC;
}

/* The loadable segments; returns how many, or a negative errno. */
static int read_segments(struct vmm_file *file, const struct elf_info *elf, struct segment *segment)
{
    int count = 0;

    for (unsigned i = 0; i < elf->phnum; i++) {
        union {
            struct elf32_segment p32;
            struct elf64_segment p64;
        } ph;
        uint64_t offset = elf->phoff + (uint64_t)i * elf->phentsize;

        if (boot_read(file, offset, &ph, elf->phentsize))
            return -ENOEXEC;
        if ((elf->wide ? ph.p64.type : ph.p32.type) != ELF_SEGMENT_LOAD)
            continue;
        if (count == SEGMENTS_MAX)
            return -ENOEXEC;
        segment[count++] = elf->wide ? (struct segment){ph.p64.paddr, ph.p64.vaddr, ph.p64.offset,
                                                        ph.p64.filesz, ph.p64.memsz}
                                     : (struct segment){ph.p32.paddr, ph.p32.vaddr, ph.p32.offset,
                                                        ph.p32.filesz, ph.p32.memsz};
    }
    return count ? count : -ENOEXEC;
}

static int load_segment(vmm_t *vmm, struct vmm_file *file, const struct segment *segment)
{
    uint8_t *target;

    if (segment->file_size > segment->memory_size)
        return -ENOEXEC;
    if (segment->paddr < BOOT_BIOS_END)
        return -EFAULT;
    target = guest_pointer(&vmm->memory, segment->paddr, segment->memory_size);
    if (!target)
        return -ENOSPC;
    if (boot_read(file, segment->offset, target, segment->file_size))
        return -ENOEXEC;
    memset(target + segment->file_size, 0, segment->memory_size - segment->file_size);
    return 0;
}

/* Linux gives a physical entry point; other linkers' virtual one is translated. */
static uint64_t physical_entry(const struct elf_info *elf, const struct segment *segment, int count)
{
    for (int i = 0; i < count; i++)
        if (elf->entry - segment[i].paddr < segment[i].memory_size)
            return elf->entry;
    for (int i = 0; i < count; i++)
        if (elf->entry - segment[i].vaddr < segment[i].memory_size)
            return elf->entry - segment[i].vaddr + segment[i].paddr;
    return 0;
}

static void make_header(struct boot_state *boot)
{
    static const uint32_t magic = HEADER_MAGIC_VALUE, cmdline_size = 2047;
    static const uint16_t version = SETUP_VERSION, flag = HEADER_BOOT_FLAG_VALUE;
    uint32_t initrd_max = (uint32_t)boot->initrd_max;

    memset(boot->header, 0, sizeof(boot->header));
    memcpy(boot->header + (HEADER_BOOT_FLAG - HEADER_START), &flag, 2);
    memcpy(boot->header + (HEADER_MAGIC - HEADER_START), &magic, 4);
    memcpy(boot->header + (HEADER_VERSION - HEADER_START), &version, 2);
    memcpy(boot->header + (HEADER_INITRD_MAX - HEADER_START), &initrd_max, 4);
    memcpy(boot->header + (HEADER_CMDLINE_SIZE - HEADER_START), &cmdline_size, 4);
    boot->header_size = HEADER_INIT_SIZE + 8 - HEADER_START;
}

static int complain(vmm_t *vmm, int error, uint64_t needed)
{
    const char *name = vmm->config.kernel_image;

    if (error == -ENOSPC) {
        vmm_log(vmm,
                "kernel_image = \"%s\": the kernel reaches up to %llu MiB, the guest has %llu MiB; "
                "%s",
                name, (unsigned long long)(needed >> 20) + 1,
                (unsigned long long)vmm->memory.low >> 20, boot_more_ram(vmm));
    } else if (error == -EFAULT) {
        boot_complain(vmm, "kernel_image", name,
                      "an ELF file, but not a kernel: it wants to be loaded below 1 MiB");
    } else {
        boot_complain(vmm, "kernel_image", name,
                      "a damaged ELF file, or not one for x86; give a Linux kernel for x86");
    }
    return error;
}

int boot_load_elf(vmm_t *vmm, struct vmm_file *file, struct boot_state *boot)
{
    struct segment segment[SEGMENTS_MAX];
    struct elf_info elf;
    int count, error = read_header(file, &elf);

    count = error ? error : read_segments(file, &elf, segment);
    if (count < 0)
        return complain(vmm, count, 0);
    boot->kernel_start = UINT64_MAX;
    for (int i = 0; i < count; i++) {
        uint64_t end = segment[i].paddr + segment[i].memory_size;

        error = load_segment(vmm, file, &segment[i]);
        if (error)
            return complain(vmm, error, end);
        boot->kernel_start = MIN(boot->kernel_start, segment[i].paddr);
        boot->kernel_end = MAX(boot->kernel_end, end);
    }
    boot->entry = physical_entry(&elf, segment, count);
    if (!boot->entry)
        return complain(vmm, -ENOEXEC, 0);
    boot->long_mode = elf.wide;
    boot->initrd_max = elf.wide ? INITRD_MAX_64 : INITRD_MAX_32;
    make_header(boot);
    return 0;
}
