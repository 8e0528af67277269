/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects: a run of `count` objects of one type fills one block.
 */
#include "internal.h"

/* Size of an object in bits, 0 for a type that there is not. */
static unsigned object_bits(seL4_Word type, unsigned size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
        return size_bits >= seL4_MinUntypedBits && size_bits < ALLOC_MAX_BITS ? size_bits : 0;
    case seL4_CapTableObject:
        return size_bits > 0 && size_bits < ALLOC_MAX_BITS - seL4_SlotBits
                   ? size_bits + seL4_SlotBits
                   : 0;
    case seL4_TCBObject:
        return seL4_TCBBits;
    case seL4_EndpointObject:
        return seL4_EndpointBits;
    case seL4_NotificationObject:
        return seL4_NotificationBits;
    case seL4_X86_4K:
        return seL4_PageBits;
    case seL4_X86_LargePageObject:
        return seL4_LargePageBits;
    case seL4_X64_HugePageObject:
        return seL4_HugePageBits;
    case seL4_X86_VCPUObject:
        return seL4_X86_VCPUBits;
    case seL4_X86_PageTableObject:
    case seL4_X86_PageDirectoryObject:
    case seL4_X86_PDPTObject:
    case seL4_X64_PML4Object:
    case seL4_X86_EPTPML4Object:
    case seL4_X86_EPTPDPTObject:
    case seL4_X86_EPTPDObject:
    case seL4_X86_EPTPTObject:
    case seL4_X86_IOPageTableObject:
        return seL4_PageTableBits;
    default:
        return 0;
    }
}

/* The kernel limits how many objects one call makes. */
static int retype(struct alloc *a, seL4_CPtr untyped, seL4_Word type, unsigned size_bits,
                  seL4_CPtr first, unsigned count)
{
    unsigned done = 0;
    while (done < count) {
        unsigned now = count - done;
        if (now > CONFIG_RETYPE_FAN_OUT_LIMIT)
            now = CONFIG_RETYPE_FAN_OUT_LIMIT;
        int err = alloc_errno(seL4_Untyped_Retype(untyped, type, size_bits, a->config.cnode, 0, 0,
                                                  first + done, now));
        if (err != 0) {
            for (unsigned i = 0; i < done; i++)
                (void)seL4_CNode_Delete(a->config.cnode, first + i, seL4_WordBits);
            return err;
        }
        done += now;
    }
    return 0;
}

/* Fills `block`; gives it back if that fails. */
static int fill_block(struct alloc *a, struct alloc_record *block, seL4_Word type,
                      unsigned size_bits, unsigned count, seL4_CPtr *first)
{
    seL4_CPtr slot;
    int err = alloc_slots_locked(a, count, &slot);
    if (err == 0) {
        struct alloc_record *run = alloc_record_new(a);
        err = !run ? -ENOBUFS : retype(a, block->cptr, type, size_bits, slot, count);
        if (err == 0) {
            run->state = ALLOC_OBJECTS;
            run->parent = block;
            run->cptr = slot;
            run->count = count;
            run->next = a->objects;
            a->objects = run;
            block->state = ALLOC_USED;
            *first = slot;
            return 0;
        }
        if (run)
            alloc_record_free(a, run);
        (void)alloc_free_slots_locked(a, slot, count);
    }
    alloc_block_return(a, block);
    return err;
}

int alloc_objects(struct alloc *a, seL4_Word type, unsigned size_bits, unsigned count,
                  seL4_CPtr *first)
{
    unsigned bits = object_bits(type, size_bits);
    if (bits == 0 || count == 0)
        return -EINVAL;
    while (bits < ALLOC_MAX_BITS && 1ull << (bits - object_bits(type, size_bits)) < count)
        bits++;
    if (bits < seL4_MinUntypedBits)
        bits = seL4_MinUntypedBits;
    alloc_lock(a);
    struct alloc_record *block = NULL;
    int err = alloc_records_refill(a);
    if (err == 0)
        err = alloc_block_take(a, bits, &block);
    if (err == 0)
        err = fill_block(a, block, type, size_bits, count, first);
    alloc_unlock(a);
    return err;
}

int alloc_object(struct alloc *a, seL4_Word type, unsigned size_bits, seL4_CPtr *cap)
{
    return alloc_objects(a, type, size_bits, 1, cap);
}

int alloc_device_object(struct alloc *a, uint64_t paddr, seL4_Word type, unsigned size_bits,
                        seL4_CPtr *cap)
{
    unsigned bits = object_bits(type, size_bits);
    if (bits == 0)
        return -EINVAL;
    alloc_lock(a);
    struct alloc_record *block = NULL;
    int err = alloc_records_refill(a);
    if (err == 0)
        err = alloc_block_take_device(a, paddr, bits, &block);
    if (err == 0)
        err = fill_block(a, block, type, size_bits, 1, cap);
    alloc_unlock(a);
    return err;
}

int alloc_frames(struct alloc *a, unsigned bits, unsigned count, seL4_CPtr *first)
{
    switch (bits) {
    case seL4_PageBits:
        return alloc_objects(a, seL4_X86_4K, 0, count, first);
    case seL4_LargePageBits:
        return alloc_objects(a, seL4_X86_LargePageObject, 0, count, first);
    case seL4_HugePageBits:
        return alloc_objects(a, seL4_X64_HugePageObject, 0, count, first);
    default:
        return -EINVAL;
    }
}

int alloc_frame(struct alloc *a, unsigned bits, seL4_CPtr *frame)
{
    return alloc_frames(a, bits, 1, frame);
}

int alloc_free(struct alloc *a, seL4_CPtr first)
{
    alloc_lock(a);
    int err = alloc_records_refill(a);
    if (err == 0) {
        err = -ENOENT;
        for (struct alloc_record **link = &a->objects; *link; link = &(*link)->next) {
            struct alloc_record *run = *link;
            if (run->cptr == first) {
                *link = run->next;
                alloc_delete_slots(a, first, run->count);
                alloc_block_return(a, run->parent);
                alloc_record_free(a, run);
                err = 0;
                break;
            }
        }
    }
    alloc_unlock(a);
    return err;
}
