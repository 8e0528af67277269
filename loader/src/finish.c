/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end: the loader deletes every capability that would let anyone act on the system, says in one
 * line what it built, and main() suspends it.
 *
 * What stays in its CNode are capabilities that only keep things alive: frames and tables that are
 * mapped in components (deleting them would unmap), control blocks that no component holds, and the
 * loader's own address space. Nobody can use them: the loader's thread is suspended and no
 * component has a capability to it or to its CNode.
 */
#include "loader.h"

#include <base/format.h>

static int drop(seL4_CPtr slot)
{
    return kernel_says(seL4_CNode_Delete(seL4_CapInitThreadCNode, slot, seL4_WordBits),
                       "the loader", "give up its authority");
}

int give_up_authority(void)
{
    static const seL4_CPtr own[] = {seL4_CapIRQControl, seL4_CapASIDControl, seL4_CapIOPortControl,
                                    seL4_CapIOSpace, seL4_CapDomain};
    seL4_SlotRegion untyped = loader.bootinfo->untyped;
    int failed = 0;
    for (uint32_t i = 0; i < loader.plan.objects.count; i++) {
        struct plan_object *o = plan_object(&loader.plan, i);
        if (o->slot && !o->keep)
            failed |= drop(o->slot);
    }
    for (uint32_t i = 0; i < loader.fillers.count; i++)
        failed |= drop(loader.fillers.items[i]);
    for (seL4_SlotPos s = untyped.start; s < untyped.end; s++)
        failed |= drop(s);
    for (unsigned i = 0; i < ARRAY_SIZE(own); i++)
        failed |= drop(own[i]);
    return failed;
}

/* Bytes of file archives: pages that programs mark by the symbols around them. */
static uint64_t archive_bytes(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < loader.plan.description.instance_count; i++) {
        const struct elf_file *elf = &loader.plan.programs[i].elf;
        uint64_t start = elf_symbol(elf, "_cpio_archive"),
                 end = elf_symbol(elf, "_cpio_archive_end");
        if (start && end > start)
            sum += ROUND_DOWN(end - start, PAGE_SIZE_4K);
    }
    return sum;
}

static uint64_t ram_bytes(void)
{
    const seL4_X86_BootInfo_mmap_t *map = (const seL4_X86_BootInfo_mmap_t *)seL4_FindBootInfo(
        loader.bootinfo, SEL4_BOOTINFO_HEADER_X86_MBMMAP);
    uint64_t sum = 0;
    for (uint32_t i = 0; map && i < SEL4_MULTIBOOT_MAX_MMAP_ENTRIES &&
                         (i + 1) * sizeof(map->mmap[0]) <= map->mmap_length;
         i++)
        if (map->mmap[i].type == 1)
            sum += map->mmap[i].length;
    return sum;
}

static uint64_t kib(uint64_t bytes)
{
    return bytes / KIB(1);
}

/* Must run before map_image_pages() takes the programs away (archive_bytes reads them). */
void count_memory(void)
{
    seL4_SlotRegion frames = loader.bootinfo->userImageFrames;
    loader.bytes.image = (frames.end - frames.start) << seL4_PageBits;
    loader.bytes.archives = archive_bytes();
    loader.bytes.ram = ram_bytes();
}

void print_summary(void)
{
    const struct loader_bytes *b = &loader.bytes;
    char text[512];
    /* The kernel's share is what neither the image nor the untypeds account for. */
    uint64_t kernel = b->ram > b->untyped + b->image ? b->ram - b->untyped - b->image : 0;
    format_text(text, sizeof(text),
                "loader: %u instances, %u objects, %u capabilities, %u mappings; memory in KiB: "
                "kernel %lu, loader %lu, components %lu, file archive %lu, untyped given out %lu, "
                "unused %lu\n",
                loader.plan.description.instance_count, loader.objects_made, loader.capabilities,
                loader.mappings, kib(kernel), kib(b->loader + b->image - b->moved),
                kib(b->components + b->moved - b->archives), kib(b->archives), kib(b->handed_out),
                kib(b->untyped - b->components - b->handed_out - b->loader));
    loader_print(text);
}
