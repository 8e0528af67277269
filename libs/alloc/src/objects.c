/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects: a run of `count` objects of one type fills one block.
 */
#include "alloc_private.h"

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
        unsigned now = MIN(count - done, (unsigned)CONFIG_RETYPE_FAN_OUT_LIMIT);
        int error = alloc_errno(seL4_Untyped_Retype(untyped, type, size_bits, a->config.cnode, 0, 0,
                                                    first + done, now));
        if (error) {
            for (unsigned i = 0; i < done; i++)
                (void)seL4_CNode_Delete(a->config.cnode, first + i, seL4_WordBits);
            return error;
        }
        done += now;
    }
    return 0;
}

/* Fills `block`; gives it back if that fails. */
static int fill_block(struct alloc *a, struct alloc_record *block, seL4_Word type,
                      unsigned size_bits, unsigned count, seL4_CPtr *first)
{
    struct alloc_record *run = alloc_record_new(a);
    int error = run ? alloc_slots_take(a, count, first) : -ENOBUFS;
    if (!error) {
        error = retype(a, block->cptr, type, size_bits, *first, count);
        if (!error) {
            *run = (struct alloc_record){
                .state = ALLOC_OBJECTS, .parent = block, .cptr = *first, .count = count};
            list_prepend(&a->objects, &run->link);
            block->state = ALLOC_USED;
            return 0;
        }
        (void)alloc_slots_return(a, *first, count);
    }
    if (run)
        alloc_record_free(a, run);
    alloc_block_return(a, block);
    return error;
}

int alloc_objects(struct alloc *a, seL4_Word type, unsigned size_bits, unsigned count,
                  seL4_CPtr *first)
{
    unsigned bits = object_bits(type, size_bits);
    if (bits == 0 || count == 0)
        return -EINVAL;
    while (bits < ALLOC_MAX_BITS && BIT(bits - object_bits(type, size_bits)) < count)
        bits++;
    bits = MAX(bits, (unsigned)seL4_MinUntypedBits);
    alloc_lock(a);
    struct alloc_record *block = NULL;
    int error = alloc_records_refill(a);
    error = error ?: alloc_block_take(a, bits, &block);
    error = error ?: fill_block(a, block, type, size_bits, count, first);
    alloc_unlock(a);
    return error;
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
    int error = alloc_records_refill(a);
    error = error ?: alloc_block_take_device(a, paddr, bits, &block);
    error = error ?: fill_block(a, block, type, size_bits, 1, cap);
    alloc_unlock(a);
    return error;
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
    int error = alloc_records_refill(a);
    struct alloc_record *run = LIST_FIRST(&a->objects, struct alloc_record, link);
    while (run && run->cptr != first)
        run = LIST_NEXT(run, struct alloc_record, link);
    if (!error && run) {
        list_remove(&a->objects, &run->link);
        alloc_slots_delete(a, first, run->count);
        alloc_block_return(a, run->parent);
        alloc_record_free(a, run);
    }
    alloc_unlock(a);
    return run ? error : -ENOENT;
}
