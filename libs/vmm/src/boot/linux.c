/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boots Linux (boot.h): finds out what the kernel file is, lays out memory, fills in boot_params.
 */
#include "boot_private.h"

#include <vmm/acpi_pm.h>

#include <errno.h>
#include <stdio.h>

/* boot_params: offsets of the fields that a loader fills in (zero-page.rst). */
#define PARAMS_ACPI_RSDP    0x070
#define PARAMS_E820_COUNT   0x1e8
#define PARAMS_E820_TABLE   0x2d0
#define PARAMS_E820_MAX     128
#define PARAMS_SIZE         PAGE_SIZE_4K
#define LOADER_UNREGISTERED 0xff

struct e820_entry {
    uint64_t start, size;
    uint32_t type;
} __attribute__((packed));

enum { E820_RAM = 1, E820_RESERVED = 2, E820_ACPI = 3 };

void boot_complain(vmm_t *vmm, const char *attribute, const char *value, const char *what)
{
    vmm_log(vmm, "%s = \"%s\": %s", attribute, value, what);
}

const char *boot_more_ram(const vmm_t *vmm)
{
    return vmm->memory.hole_end ? "it has what `ram` says: more of it, or where the kernel goes; a "
                                  "bzImage goes anywhere"
                                : "raise guest_ram_mb";
}

int64_t boot_read(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size)
{
    int64_t got = file->read(file, offset, buffer, size);

    if (got < 0)
        return got;
    return (uint64_t)got == size ? 0 : -EIO;
}

/* "no file of this name; the file server has: a, b, c" */
static void complain_missing(vmm_t *vmm, const char *attribute, const char *name)
{
    char text[160];
    size_t used = 0;

    text[0] = 0;
    for (unsigned i = 0; vmm->platform.file_name && i < 16; i++) {
        const char *other = vmm->platform.file_name(vmm, i);

        if (!other || used >= sizeof(text) - 2)
            break;
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "", other);
    }
    vmm_log(vmm, "%s = \"%s\": no file of this name in the file server; it has: %s", attribute,
            name, text[0] ? text : "nothing (add files with AddToFileServer())");
}

static int open_file(vmm_t *vmm, const char *attribute, const char *name, struct vmm_file *file)
{
    int error = vmm->platform.open(vmm, name, file);

    if (error == -ENOENT)
        complain_missing(vmm, attribute, name);
    else if (error)
        vmm_log(vmm, "%s = \"%s\": cannot be opened (error %d)", attribute, name, error);
    return error;
}

static int load_kernel(vmm_t *vmm, struct boot_state *boot)
{
    const char *name = vmm->config.kernel_image;
    struct vmm_file file;
    uint8_t first[1024];
    int error;

    if (!name || !name[0]) {
        vmm_log(vmm, "kernel_image is not set: name a file that AddToFileServer() added");
        return -EINVAL;
    }
    error = open_file(vmm, "kernel_image", name, &file);
    if (error)
        return error;
    memset(first, 0, sizeof(first));
    if (file.read(&file, 0, first, sizeof(first)) < 0) {
        boot_complain(vmm, "kernel_image", name, "cannot be read");
        error = -EIO;
    } else if (boot_is_elf(first, sizeof(first))) {
        error = boot_load_elf(vmm, &file, boot);
    } else if (boot_is_bzimage(first, sizeof(first))) {
        error = boot_load_bzimage(vmm, &file, boot);
    } else {
        boot_complain(vmm, "kernel_image", name,
                      "neither an ELF kernel (vmlinux) nor a bzImage; give a Linux kernel for x86");
        error = -ENOEXEC;
    }
    file.close(&file);
    return error;
}

/*
 * The relocation data that some builds keep beside the kernel. The kernel is loaded where it was
 * linked to run, so it is never applied; but a name that leads nowhere is a mistake worth telling.
 */
static int check_relocs(vmm_t *vmm)
{
    const char *name = vmm->config.kernel_relocs;
    struct vmm_file file;
    int error;

    if (!name || !name[0] || strcmp(name, vmm->config.kernel_image) == 0)
        return 0;
    error = open_file(vmm, "kernel_relocs", name, &file);
    if (!error)
        file.close(&file);
    return error;
}

/* Up to the end of low RAM, as high as the kernel can reach: out of the way of everything. */
static int load_initrd(vmm_t *vmm, const struct boot_state *boot, uint64_t *start, uint64_t *size)
{
    const char *name = vmm->config.initrd_image;
    uint64_t top = MIN(vmm->memory.low, boot->initrd_max);
    struct vmm_file file;
    int error;

    *start = *size = 0;
    if (!name || !name[0])
        return 0;
    error = open_file(vmm, "initrd_image", name, &file);
    if (error)
        return error;
    *size = (uint64_t)file.size;
    if (*size > top || ROUND_DOWN(top - *size, PAGE_SIZE_4K) < boot->kernel_end) {
        vmm_log(vmm,
                "initrd_image = \"%s\": its %llu MiB do not fit beside the kernel (which ends at "
                "%llu MiB) below %llu MiB; %s",
                name, (unsigned long long)(*size >> 20) + 1,
                (unsigned long long)(boot->kernel_end >> 20) + 1, (unsigned long long)top >> 20,
                boot_more_ram(vmm));
        error = -ENOSPC;
    } else {
        *start = ROUND_DOWN(top - *size, PAGE_SIZE_4K);
        error = (int)boot_read(&file, 0, guest_pointer(&vmm->memory, *start, *size), *size);
        if (error)
            boot_complain(vmm, "initrd_image", name, "cannot be read");
    }
    file.close(&file);
    return error;
}

/* --- boot_params --- */

static void put(uint8_t *params, unsigned offset, uint64_t value, unsigned size)
{
    memcpy(params + offset, &value, size);
}

static void add_e820(uint8_t *params, uint64_t start, uint64_t end, uint32_t type)
{
    struct e820_entry entry = {start, end - start, type};
    unsigned count = params[PARAMS_E820_COUNT];

    if (end > start && count < PARAMS_E820_MAX) {
        memcpy(params + PARAMS_E820_TABLE + count * sizeof(entry), &entry, sizeof(entry));
        params[PARAMS_E820_COUNT] = (uint8_t)(count + 1);
    }
}

static void fill_e820(vmm_t *vmm, uint8_t *params)
{
    const struct guest_memory *memory = &vmm->memory;

    add_e820(params, 0, BOOT_LOW_RAM_END, E820_RAM);
    add_e820(params, BOOT_LOW_RAM_END, 0xa0000, E820_RESERVED);
    add_e820(params, BOOT_ACPI_TABLES, BOOT_ACPI_RSDP, E820_ACPI);
    add_e820(params, BOOT_ACPI_RSDP, BOOT_BIOS_END, E820_RESERVED);
    add_e820(params, MAX(BOOT_BIOS_END, memory->hole_end), memory->low, E820_RAM);
    add_e820(params, IOAPIC_BASE, IOAPIC_BASE + IOAPIC_SIZE, E820_RESERVED);
    add_e820(params, LAPIC_BASE, LAPIC_BASE + LAPIC_SIZE, E820_RESERVED);
    add_e820(params, GUEST_HIGH_BASE, GUEST_HIGH_BASE + memory->high, E820_RAM);
}

static int write_cmdline(vmm_t *vmm, const struct boot_state *boot)
{
    const char *text = vmm->config.kernel_cmdline ? vmm->config.kernel_cmdline : "";
    size_t length = strlen(text);
    uint32_t limit = 255;

    memcpy(&limit, boot->header + (HEADER_CMDLINE_SIZE - HEADER_START), 4);
    if (limit == 0 || limit > BOOT_CMDLINE_MAX - 1)
        limit = BOOT_CMDLINE_MAX - 1;
    if (length > limit) {
        vmm_log(vmm, "kernel_cmdline has %zu characters; this kernel takes at most %u", length,
                limit);
        return -E2BIG;
    }
    return guest_write(&vmm->memory, BOOT_CMDLINE, text, length + 1) ? 0 : -EFAULT;
}

static int write_params(vmm_t *vmm, const struct boot_state *boot, uint64_t initrd,
                        uint64_t initrd_size)
{
    uint8_t *params = guest_pointer(&vmm->memory, BOOT_PARAMS, PARAMS_SIZE);

    if (!params)
        return -EFAULT;
    memset(params, 0, PARAMS_SIZE);
    memcpy(params + HEADER_START, boot->header, boot->header_size);
    put(params, HEADER_LOADER, LOADER_UNREGISTERED, 1);
    put(params, HEADER_LOADFLAGS, params[HEADER_LOADFLAGS] | LOADFLAGS_HIGH, 1);
    put(params, HEADER_VID_MODE, 0xffff, 2);
    put(params, HEADER_CMD_LINE_PTR, BOOT_CMDLINE, 4);
    put(params, HEADER_RAMDISK_IMAGE, initrd, 4);
    put(params, HEADER_RAMDISK_SIZE, initrd_size, 4);
    put(params, PARAMS_ACPI_RSDP, BOOT_ACPI_RSDP, 8);
    fill_e820(vmm, params);
    return 0;
}

/*
 * Where a PC's BIOS starts, and where Linux jumps in real mode for `reboot=bios`: a reset by port
 * 0x92.
 */
static int write_reset_vector(const struct guest_memory *memory)
{
    static const uint8_t code[] = {
        0xb0, 0x01, 0xe6, ACPI_SYSTEM_PORT_A, /* mov al, 1; out 0x92, al */
        0xf4, 0xeb, 0xfd,                     /* hlt; jmp back to it */
    };

    return guest_write(memory, BOOT_RESET_VECTOR, code, sizeof(code)) ? 0 : -EFAULT;
}

int boot_linux(vmm_t *vmm, struct boot_state *boot)
{
    uint64_t initrd, initrd_size;

    memset(boot, 0, sizeof(*boot));
    if (vmm->memory.low < BOOT_BIOS_END) {
        vmm_log(vmm, "guest_ram_mb is too small: Linux needs %d or more", BOOT_RAM_ADVISED_MB);
        return -EINVAL;
    }
    pci_place(&vmm->pci);
    return load_kernel(vmm, boot)
               ?: check_relocs(vmm)
               ?: load_initrd(vmm, boot, &initrd, &initrd_size)
               ?: write_cmdline(vmm, boot)
               ?: acpi_build_tables(&vmm->memory, &vmm->pci)
               ?: write_reset_vector(&vmm->memory)
               ?: write_params(vmm, boot, initrd, initrd_size);
}
