/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory as binary buddies. The kernel hands out an untyped from its start upwards and
 * takes it back as a whole when its last child is gone; so a block is either free, or split into
 * exactly two untypeds, or filled with one run of objects.
 */
#include "alloc_private.h"

static struct list *list_of(struct alloc *a, const struct alloc_record *block)
{
    return block->device ? &a->devices : &a->free[block->bits];
}

static void block_insert(struct alloc *a, struct alloc_record *block)
{
    struct list *list = list_of(a, block);
    struct list_link *next = list->first;
    while (next && LIST_ENTRY(next, struct alloc_record, link)->paddr < block->paddr)
        next = next->next;
    block->state = ALLOC_FREE;
    list_insert(list, next, &block->link);
}

static void block_remove(struct alloc *a, struct alloc_record *block)
{
    list_remove(list_of(a, block), &block->link);
}

/* Splits a block that is in no list; its halves are in no list either. */
static int split(struct alloc *a, struct alloc_record *block, struct alloc_record *half[2])
{
    seL4_CPtr slot;
    int error = alloc_slots_take(a, 2, &slot);
    if (error)
        return error;
    half[0] = alloc_record_new(a);
    half[1] = alloc_record_new(a);
    error = !half[0] || !half[1]
                ? -ENOBUFS
                : alloc_errno(seL4_Untyped_Retype(block->cptr, seL4_UntypedObject, block->bits - 1,
                                                  a->config.cnode, 0, 0, slot, 2));
    if (error) {
        for (int i = 0; i < 2; i++)
            if (half[i])
                alloc_record_free(a, half[i]);
        (void)alloc_slots_return(a, slot, 2);
        return error;
    }
    for (int i = 0; i < 2; i++) {
        *half[i] = (struct alloc_record){
            .parent = block,
            .sibling = half[!i],
            .cptr = slot + (seL4_Word)i,
            .bits = block->bits - 1,
            .device = block->device,
            .paddr = block->paddr + ((uint64_t)i << (block->bits - 1)),
            .state = ALLOC_USED,
        };
    }
    block->state = ALLOC_SPLIT;
    return 0;
}

/* Splits `block` (in no list) until the part that holds `paddr` has `bits`. */
static int split_down(struct alloc *a, struct alloc_record *block, uint64_t paddr, unsigned bits,
                      struct alloc_record **result)
{
    block->state = ALLOC_USED;
    while (block->bits > bits) {
        struct alloc_record *half[2];
        int error = split(a, block, half);
        if (error) {
            alloc_block_return(a, block);
            return error;
        }
        unsigned upper = (paddr >> half[0]->bits & 1) != (half[0]->paddr >> half[0]->bits & 1);
        block_insert(a, half[!upper]);
        block = half[upper];
    }
    *result = block;
    return 0;
}

int alloc_block_take(struct alloc *a, unsigned bits, struct alloc_record **result)
{
    for (unsigned size = bits; size < ALLOC_MAX_BITS; size++) {
        struct alloc_record *block = LIST_FIRST(&a->free[size], struct alloc_record, link);
        if (block) {
            block_remove(a, block);
            return split_down(a, block, block->paddr, bits, result);
        }
    }
    return -ENOMEM;
}

int alloc_block_take_device(struct alloc *a, uint64_t paddr, unsigned bits,
                            struct alloc_record **result)
{
    if ((paddr & MASK(bits)) != 0)
        return -EINVAL;
    LIST_FOR_EACH(block, &a->devices, struct alloc_record, link) {
        if (paddr >= block->paddr && paddr - block->paddr < BIT(block->bits)) {
            if (block->bits < bits)
                return -ENOMEM;
            block_remove(a, block);
            return split_down(a, block, paddr, bits, result);
        }
    }
    return -ENOENT;
}

void alloc_block_return(struct alloc *a, struct alloc_record *block)
{
    while (block->parent && block->sibling->state == ALLOC_FREE) {
        struct alloc_record *parent = block->parent, *sibling = block->sibling;
        block_remove(a, sibling);
        seL4_CPtr first = block->cptr < sibling->cptr ? block->cptr : sibling->cptr;
        alloc_record_free(a, block);
        alloc_record_free(a, sibling);
        alloc_slots_delete(a, first, 2);
        block = parent;
    }
    block_insert(a, block);
}

int alloc_add_untyped(struct alloc *a, seL4_CPtr untyped, unsigned size_bits, bool device,
                      uint64_t paddr)
{
    if (size_bits < seL4_MinUntypedBits || size_bits >= ALLOC_MAX_BITS)
        return -EINVAL;
    alloc_lock(a);
    int error = alloc_records_refill(a);
    struct alloc_record *block = !error ? alloc_record_new(a) : NULL;
    if (block) {
        *block = (struct alloc_record){
            .cptr = untyped, .bits = (uint8_t)size_bits, .device = device, .paddr = paddr};
        block_insert(a, block);
    }
    alloc_unlock(a);
    return error;
}

uint64_t alloc_available(const struct alloc *a, unsigned size_bits)
{
    uint64_t sum = 0;
    for (unsigned bits = size_bits; bits < ALLOC_MAX_BITS; bits++)
        for (const struct list_link *block = a->free[bits].first; block; block = block->next)
            sum += BIT(bits);
    return sum;
}

unsigned alloc_largest(const struct alloc *a)
{
    for (unsigned bits = ALLOC_MAX_BITS; bits-- > 0;)
        if (!list_is_empty(&a->free[bits]))
            return bits;
    return 0;
}
