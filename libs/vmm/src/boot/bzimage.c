/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads a bzImage: its protected-mode part goes to the place it prefers and unpacks itself there.
 */
#include "boot_private.h"

#include <errno.h>

#define SECTOR           512u
#define VERSION_MIN      0x0202 /* command line by pointer */
#define VERSION_RELOC    0x0205
#define VERSION_PREF     0x020a
#define VERSION_64       0x020c
#define DEFAULT_ADDRESS  MIB(1)
#define ENTRY_64_OFFSET  0x200
#define HEADER_BYTES_MAX 0x80

static uint64_t field(const uint8_t *first, unsigned offset, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, first + offset, size);
    return value;
}

bool boot_is_bzimage(const uint8_t *first, uint64_t size)
{
    return size >= 1024 && field(first, HEADER_BOOT_FLAG, 2) == HEADER_BOOT_FLAG_VALUE &&
           field(first, HEADER_MAGIC, 4) == HEADER_MAGIC_VALUE &&
           field(first, HEADER_VERSION, 2) >= VERSION_MIN &&
           (field(first, HEADER_LOADFLAGS, 1) & LOADFLAGS_HIGH);
}

/* Where it goes, and how much room it takes while it unpacks itself. */
static uint64_t choose_address(const uint8_t *first, const struct guest_memory *memory,
                               uint64_t image, uint64_t *room)
{
    uint64_t version = field(first, HEADER_VERSION, 2), preferred = DEFAULT_ADDRESS;

    *room = image;
    if (version >= VERSION_PREF) {
        preferred = field(first, HEADER_PREF_ADDRESS, 8);
        *room = MAX(field(first, HEADER_INIT_SIZE, 4), image);
        if (field(first, HEADER_RELOCATABLE, 1) && !guest_pointer(memory, preferred, *room)) {
            uint64_t align = field(first, HEADER_ALIGNMENT, 4);

            align = align ? align : DEFAULT_ADDRESS;
            preferred = (MAX(DEFAULT_ADDRESS, memory->hole_end) + align - 1) / align * align;
        }
    }
    return MAX(preferred, DEFAULT_ADDRESS);
}

static void copy_header(const uint8_t *first, uint64_t address, struct boot_state *boot)
{
    uint32_t code32 = (uint32_t)address;

    boot->header_size = MIN(HEADER_MAGIC - HEADER_START + first[HEADER_JUMP + 1], HEADER_BYTES_MAX);
    memcpy(boot->header, first + HEADER_START, boot->header_size);
    memcpy(boot->header + (HEADER_CODE32_START - HEADER_START), &code32, 4);
}

int boot_load_bzimage(vmm_t *vmm, struct vmm_file *file, struct boot_state *boot)
{
    const char *name = vmm->config.kernel_image;
    uint64_t setup, image, room, address, version;
    uint8_t first[1024], *target;

    if (boot_read(file, 0, first, sizeof(first))) {
        boot_complain(vmm, "kernel_image", name, "cannot be read");
        return -EIO;
    }
    version = field(first, HEADER_VERSION, 2);
    setup = first[HEADER_SETUP_SECTS] ? first[HEADER_SETUP_SECTS] : 4;
    setup = (setup + 1) * SECTOR;
    if (setup >= (uint64_t)file->size) {
        boot_complain(vmm, "kernel_image", name, "a bzImage that was cut short");
        return -ENOEXEC;
    }
    image = (uint64_t)file->size - setup;
    address = choose_address(first, &vmm->memory, image, &room);
    target = guest_pointer(&vmm->memory, address, room);
    if (!target) {
        vmm_log(vmm,
                "kernel_image = \"%s\": the kernel needs RAM up to %llu MiB, the guest has %llu "
                "MiB; %s",
                name, (unsigned long long)((address + room) >> 20) + 1,
                (unsigned long long)vmm->memory.low >> 20, boot_more_ram(vmm));
        return -ENOSPC;
    }
    if (boot_read(file, setup, target, image)) {
        boot_complain(vmm, "kernel_image", name, "cannot be read");
        return -EIO;
    }
    copy_header(first, address, boot);
    boot->kernel_start = address;
    boot->kernel_end = address + room;
    boot->long_mode =
        version >= VERSION_64 && (field(first, HEADER_XLOADFLAGS, 2) & XLOADFLAGS_KERNEL_64);
    boot->entry = address + (boot->long_mode ? ENTRY_64_OFFSET : 0);
    boot->initrd_max = version >= 0x0203 ? field(first, HEADER_INITRD_MAX, 4) : INITRD_MAX_32;
    return 0;
}
