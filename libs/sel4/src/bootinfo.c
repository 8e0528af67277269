/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the first thread keeps its boot information.
 */
#include <sel4/bootinfo.h>
#include <sel4/constants.h>

static seL4_BootInfo *boot_info;

void seL4_InitBootInfo(seL4_BootInfo *bi)
{
    boot_info = bi;
}

seL4_BootInfo *seL4_GetBootInfo(void)
{
    return boot_info;
}

seL4_BootInfo *platsupport_get_bootinfo(void)
{
    return boot_info;
}

const seL4_BootInfoHeader *seL4_FindBootInfo(const seL4_BootInfo *bi, seL4_Word id)
{
    const char *at = (const char *)bi + (1 << seL4_PageBits);
    const char *end = at + bi->extraLen;
    while (at + sizeof(seL4_BootInfoHeader) <= end) {
        const seL4_BootInfoHeader *header = (const seL4_BootInfoHeader *)at;
        if (header->len < sizeof(*header))
            break;
        if (header->id == id)
            return header;
        at += header->len;
    }
    return 0;
}
