/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the loaders of the kernel formats. Offsets of the setup header: Linux's boot.rst.
 */
#pragma once

#include <vmm/boot.h>

#define HEADER_START         0x1f1
#define HEADER_SETUP_SECTS   0x1f1
#define HEADER_VID_MODE      0x1fa
#define HEADER_BOOT_FLAG     0x1fe
#define HEADER_JUMP          0x200 /* its second byte tells where the header ends */
#define HEADER_MAGIC         0x202
#define HEADER_VERSION       0x206
#define HEADER_LOADER        0x210
#define HEADER_LOADFLAGS     0x211
#define HEADER_CODE32_START  0x214
#define HEADER_RAMDISK_IMAGE 0x218
#define HEADER_RAMDISK_SIZE  0x21c
#define HEADER_CMD_LINE_PTR  0x228
#define HEADER_INITRD_MAX    0x22c
#define HEADER_ALIGNMENT     0x230
#define HEADER_RELOCATABLE   0x234
#define HEADER_XLOADFLAGS    0x236
#define HEADER_CMDLINE_SIZE  0x238
#define HEADER_PREF_ADDRESS  0x258
#define HEADER_INIT_SIZE     0x260

#define HEADER_MAGIC_VALUE     0x53726448u /* "HdrS" */
#define HEADER_BOOT_FLAG_VALUE 0xaa55u
#define LOADFLAGS_HIGH         0x01u
#define XLOADFLAGS_KERNEL_64   0x01u

/* How far up a kernel looks for its initrd where no header tells. */
#define INITRD_MAX_32 0x37ffffffull
#define INITRD_MAX_64 0x7fffffffull

/* Log a complaint about an attribute's value. */
void boot_complain(vmm_t *vmm, const char *attribute, const char *value, const char *what);
/* What to do where RAM is missing. */
const char *boot_more_ram(const vmm_t *vmm);
/* Exactly `size` bytes, or a negative errno. */
int64_t boot_read(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size);
