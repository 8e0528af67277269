/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what the boot information has of a framebuffer, and paints one half of it red, the other
 * blue.
 */
#include <camkes.h>
#include <stdio.h>

#define RED   0xff0000u
#define BLUE  0x0000ffu
#define BYTES 0x200000u /* of the dataport */

static void paint(const seL4_X86_BootInfo_fb_t *fb)
{
    for (unsigned y = 0; y < fb->height; y++) {
        volatile uint32_t *line = (uint32_t *)((char *)pixels + y * fb->pitch);
        for (unsigned x = 0; x < fb->width; x++)
            line[x] = x < fb->width / 2 ? RED : BLUE;
    }
}

int run(void)
{
    size_t size;
    const char *record = camkes_bootinfo_extra(SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER, &size);
    const seL4_X86_BootInfo_fb_t *fb =
        (const seL4_X86_BootInfo_fb_t *)(record + sizeof(seL4_BootInfoHeader));
    if (!record || size < sizeof(seL4_BootInfoHeader) + sizeof(*fb)) {
        printf("framebuffer: none\n");
        return 1;
    }
    printf("framebuffer: %u x %u, %u bits, type %u, at 0x%llx\n", (unsigned)fb->width,
           (unsigned)fb->height, (unsigned)fb->bpp, (unsigned)fb->type,
           (unsigned long long)fb->addr);
    if (fb->bpp != 32 || (uint64_t)fb->pitch * fb->height > BYTES)
        return 1;
    paint(fb);
    printf("framebuffer: painted\n");
    return 0;
}
