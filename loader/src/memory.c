/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's slots and memory: what it makes for itself while it works.
 */
#include "loader.h"

/* Frames added to the arena at a time; a power of two. */
#define ARENA_STEP 32u

static struct place_untyped untypeds[LOADER_UNTYPEDS_MAX];
static uint64_t arena_bytes; /* mapped from ARENA_VADDR on */

unsigned block_bits(uint64_t start, uint64_t end)
{
    unsigned bits = seL4_MinUntypedBits;
    while (bits < seL4_MaxUntypedBits && (start & BIT(bits)) == 0 && start + (2ull << bits) <= end)
        bits++;
    return bits;
}

int kernel_says(seL4_Error error, const char *who, const char *what)
{
    static const char *const texts[] = {
        [seL4_InvalidArgument] = "invalid argument",
        [seL4_InvalidCapability] = "invalid capability",
        [seL4_IllegalOperation] = "illegal operation",
        [seL4_RangeError] = "out of range",
        [seL4_AlignmentError] = "bad alignment",
        [seL4_FailedLookup] = "no such capability",
        [seL4_TruncatedMessage] = "message too short",
        [seL4_DeleteFirst] = "in use already",
        [seL4_RevokeFirst] = "given away already",
        [seL4_NotEnoughMemory] = "not enough memory",
    };
    if (error == seL4_NoError)
        return 0;
    const char *text = error < seL4_NumErrors ? texts[error] : "unknown error";
    return loader_error("%s: cannot %s: the kernel says: %s", who, what, text);
}

int slot_take(uint32_t count, seL4_CPtr *slot)
{
    if (loader.end_slot - loader.next_slot < count) {
        return loader_error(
            "the first thread's capability space is full (%lu slots); this system has too "
            "many objects for the kernel's boot code",
            loader.end_slot - loader.first_slot);
    }
    *slot = loader.next_slot;
    loader.next_slot += count;
    return 0;
}

int memory_make(uint32_t untyped, const struct plan_object *like, uint32_t count, seL4_CPtr *slot)
{
    if (slot_take(count, slot))
        return -1;
    return kernel_says(seL4_Untyped_Retype(untypeds[untyped].cap, like->type, like->api_bits,
                                           seL4_CapInitThreadCNode, 0, 0, *slot, count),
                       like->origin, "be given memory");
}

/*
 * Some of the loader's own objects of 4 KiB. The smallest untypeds go first, so that large blocks
 * stay whole; what is used of each is a number of whole pages.
 */
static int make_own(uint8_t type, uint32_t count, seL4_CPtr *slot)
{
    const struct plan_object like = {
        .type = type, .mem_bits = seL4_PageBits, .origin = "the loader"};
    uint64_t bytes = (uint64_t)count << seL4_PageBits;
    uint32_t untyped = place_bytes(&loader.placement, bytes);
    if (untyped == loader.placement.untyped_count) {
        return loader_error(
            "the loader: has used %lu KiB of memory, and the machine has no %lu KiB more in one "
            "piece; give it more memory (./simulate --mem)",
            loader.bytes.loader / KIB(1), bytes / KIB(1));
    }
    if (memory_make(untyped, &like, count, slot))
        return -1;
    untypeds[untyped].used += bytes;
    loader.bytes.loader += bytes;
    return 0;
}

static int map_own_table(uint64_t vaddr)
{
    seL4_CPtr slot;
    if (make_own(seL4_X86_PageTableObject, 1, &slot))
        return -1;
    return kernel_says(seL4_X86_PageTable_Map(slot, seL4_CapInitThreadVSpace, vaddr,
                                              seL4_X86_Default_VMAttributes),
                       "the loader", "map a page table");
}

/* Frames are zero when they are made. */
static void *arena_more(struct arena *arena, size_t *size)
{
    uint8_t *piece = (uint8_t *)ARENA_VADDR + arena_bytes;
    (void)arena;
    *size = ROUND_UP(*size, ARENA_STEP * PAGE_SIZE_4K);
    if (arena_bytes + *size > ARENA_SIZE) {
        loader_set_message("the loader: this system is too large for its lists");
        return NULL;
    }
    for (const uint64_t end = arena_bytes + *size; arena_bytes < end;) {
        seL4_CPtr frames;
        if (make_own(seL4_X86_4K, ARENA_STEP, &frames))
            return NULL;
        for (unsigned i = 0; i < ARENA_STEP; i++, arena_bytes += PAGE_SIZE_4K) {
            uint64_t vaddr = ARENA_VADDR + arena_bytes;
            if (vaddr % PAGE_SIZE_2M == 0 && map_own_table(vaddr))
                return NULL;
            if (kernel_says(seL4_X86_Page_Map(frames + i, seL4_CapInitThreadVSpace, vaddr,
                                              seL4_ReadWrite, seL4_X86_Default_VMAttributes),
                            "the loader", "map its memory"))
                return NULL;
        }
    }
    return piece;
}

struct arena loader_arena = {.more = arena_more};

static void list_untypeds(void)
{
    const seL4_BootInfo *bi = loader.bootinfo;
    uint32_t count = 0;
    for (seL4_SlotPos s = bi->untyped.start; s < bi->untyped.end; s++) {
        const seL4_UntypedDesc *d = &bi->untypedList[s - bi->untyped.start];
        if (!d->isDevice) {
            untypeds[count++] = (struct place_untyped){s, d->paddr, 0, d->sizeBits};
            loader.bytes.untyped += BIT(d->sizeBits);
        }
    }
    loader.placement.untypeds = untypeds;
    loader.placement.untyped_count = count;
}

int memory_init(void)
{
    seL4_CPtr slot;
    loader.first_slot = loader.next_slot = loader.bootinfo->empty.start;
    loader.end_slot = loader.bootinfo->empty.end;
    list_untypeds();
    if (loader.placement.untyped_count == 0)
        return loader_error("the machine has no free memory at all");
    if (make_own(seL4_X86_PDPTObject, 1, &slot) ||
        kernel_says(seL4_X86_PDPT_Map(slot, seL4_CapInitThreadVSpace, ARENA_VADDR,
                                      seL4_X86_Default_VMAttributes),
                    "the loader", "map a page directory pointer table") ||
        make_own(seL4_X86_PageDirectoryObject, 1, &slot) ||
        kernel_says(seL4_X86_PageDirectory_Map(slot, seL4_CapInitThreadVSpace, ARENA_VADDR,
                                               seL4_X86_Default_VMAttributes),
                    "the loader", "map a page directory") ||
        map_own_table(WINDOW_VADDR))
        return -1;
    return 0;
}

void *window_open(seL4_CPtr frame, unsigned size_bits)
{
    uint64_t vaddr = size_bits == seL4_PageBits ? WINDOW_VADDR : LARGE_WINDOW_VADDR;
    if (kernel_says(seL4_X86_Page_Map(frame, seL4_CapInitThreadVSpace, vaddr, seL4_ReadWrite,
                                      seL4_X86_Default_VMAttributes),
                    "the loader", "look into a frame"))
        return NULL;
    return (void *)vaddr;
}

int window_close(seL4_CPtr frame)
{
    return kernel_says(seL4_X86_Page_Unmap(frame), "the loader", "unmap a frame");
}
