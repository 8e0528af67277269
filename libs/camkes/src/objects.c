/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The instance's own kernel objects: the allocator over its untypeds, the heap's growth on top of
 * it, and the boot information that it was given.
 */
#include "camkes_private.h"

#include <alloc/alloc.h>
#include <base/bits.h>
#include <caisson/lock.h>
#include <errno.h>
#include <string.h>

/* Where further records of the allocator are mapped: above everything that camkesc places. */
#define RECORDS_START 0xf00000000ul
#define RECORDS_PIECE PAGE_SIZE_4K
/* Frames that the heap takes at once, at most. */
#define HEAP_RUN      64u
/* Enough for the untypeds of a large description; more comes from the untypeds themselves. */
#define FIRST_RECORDS 24576u

static struct alloc allocator;
static struct c_lock allocator_lock;
static bool allocator_ready;
static uintptr_t records_end = RECORDS_START;

static void lock(void)
{
    c_lock_acquire(&allocator_lock);
}

static void unlock(void)
{
    (void)c_lock_release(&allocator_lock);
}

static void *more_records(struct alloc *a, size_t *size)
{
    seL4_CPtr frame;
    if (alloc_frame(a, seL4_PageBits, &frame) != 0)
        return NULL;
    if (alloc_map(a, records_end, frame, seL4_ReadWrite, seL4_X86_Default_VMAttributes) != 0) {
        (void)alloc_free(a, frame);
        return NULL;
    }
    void *memory = (void *)records_end;
    records_end += RECORDS_PIECE;
    *size = RECORDS_PIECE;
    return memory;
}

/* An invocation that no untyped grants tells an untyped from an empty slot. */
static bool is_there(seL4_CPtr untyped)
{
    return seL4_Untyped_Retype(untyped, seL4_ObjectTypeCount, 0, camkes_instance.cnode, 0, 0, 0,
                               1) != seL4_InvalidCapability;
}

static void allocator_start(void)
{
    static uint64_t records[FIRST_RECORDS / 8];
    const struct camkes_instance *in = &camkes_instance;
    struct alloc_config config = {
        .cnode = in->cnode,
        .first_slot = in->first_free_slot,
        .last_slot = BIT(in->cnode_bits),
        .vspace = in->vspace,
        .memory = records,
        .memory_size = sizeof(records),
        .more_memory = more_records,
        .lock = lock,
        .unlock = unlock,
    };
    int error = alloc_init(&allocator, &config);
    for (unsigned i = 0; i < in->untyped_count && !error; i++) {
        const struct camkes_untyped *u = &in->untypeds[i];
        /* An optional block that the machine had no memory for left its slot empty. */
        if (is_there(u->cptr))
            error = alloc_add_untyped(&allocator, u->cptr, u->size_bits, u->device, u->paddr);
    }
    if (error)
        camkes_error(CE_ALLOCATION_FAILURE, "", "the untyped memory could not be taken over",
                     error);
    allocator_ready = !error;
}

struct alloc *camkes_alloc(void)
{
    if (!allocator_ready) {
        errno = EPERM;
        return NULL;
    }
    return &allocator;
}

/* One more piece of heap at `at`, at most `size` bytes; its size, 0 = failure. */
static size_t grow_once(uintptr_t at, size_t size)
{
    seL4_CPtr frames;
    if (size >= PAGE_SIZE_2M && at % PAGE_SIZE_2M == 0 &&
        alloc_frame(&allocator, seL4_LargePageBits, &frames) == 0) {
        if (alloc_map(&allocator, at, frames, seL4_ReadWrite, seL4_X86_Default_VMAttributes) == 0)
            return PAGE_SIZE_2M;
        (void)alloc_free(&allocator, frames);
    }
    /* A run of frames out of one block takes one slot for each; one by one, they take three. */
    unsigned count = HEAP_RUN;
    while (count > size >> seL4_PageBits)
        count /= 2;
    while (count > 0 && alloc_frames(&allocator, seL4_PageBits, count, &frames) != 0)
        count /= 2;
    for (unsigned i = 0; i < count; i++)
        if (alloc_map(&allocator, at + ((size_t)i << seL4_PageBits), frames + i, seL4_ReadWrite,
                      seL4_X86_Default_VMAttributes) != 0)
            return (size_t)i << seL4_PageBits; /* no memory for a table: the rest stays unused */
    return (size_t)count << seL4_PageBits;
}

/* malloc() ran into the end of the mapped heap, possibly in the middle of unpacking a message. */
static size_t grow_heap(uintptr_t end, size_t size)
{
    seL4_IPCBuffer saved = *seL4_GetIPCBuffer();
    size_t done = 0, now;
    do {
        now = grow_once(end + done, size - done);
        done += now;
    } while (now != 0 && done < size);
    *seL4_GetIPCBuffer() = saved;
    return done;
}

void camkes_heap_start(void)
{
    const struct camkes_instance *in = &camkes_instance;
    c_heap_init(in->heap, in->heap_mapped, in->heap_limit);
    if (in->cnode != 0)
        allocator_start();
    if (allocator_ready && in->vspace != 0)
        c_runtime.grow_heap = grow_heap;
}

/* --- boot information --- */

/* Each record that was asked for has a page, an empty one where the machine has no such record. */
const void *camkes_bootinfo_extra(seL4_Word id, size_t *size)
{
    const char *page = camkes_instance.bootinfo_extra;
    size_t left = page ? camkes_instance.bootinfo_extra_size : 0;
    for (; left >= PAGE_SIZE_4K; left -= PAGE_SIZE_4K, page += PAGE_SIZE_4K) {
        seL4_BootInfoHeader header;
        memcpy(&header, page, sizeof(header));
        if (header.id == id && header.len >= sizeof(header) && header.len <= PAGE_SIZE_4K) {
            *size = header.len;
            return page;
        }
    }
    return NULL;
}

uint64_t camkes_tsc_frequency(void)
{
    size_t size;
    seL4_X86_BootInfo_TSC tsc = {0};
    const char *chunk = camkes_bootinfo_extra(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ, &size);
    if (!chunk || size < sizeof(seL4_BootInfoHeader) + sizeof(tsc.mhz))
        return 0;
    size -= sizeof(seL4_BootInfoHeader);
    memcpy(&tsc, chunk + sizeof(seL4_BootInfoHeader), MIN(size, sizeof(tsc)));
    /* A record of the published form has megahertz only. */
    return tsc.hz != 0 ? tsc.hz : tsc.mhz * UINT64_C(1000000);
}
