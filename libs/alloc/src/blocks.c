/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory as binary buddies. The kernel hands out an untyped from its start upwards and
 * takes it back as a whole when its last child is gone; so a block is either free, or split into
 * exactly two untypeds, or filled with one run of objects.
 */
#include "internal.h"

static struct alloc_record **list_of(struct alloc *a, const struct alloc_record *block)
{
    return block->device ? &a->devices : &a->free[block->bits];
}

void alloc_block_insert(struct alloc *a, struct alloc_record *block)
{
    struct alloc_record **link = list_of(a, block);
    while (*link && (*link)->paddr < block->paddr)
        link = &(*link)->next;
    block->state = ALLOC_FREE;
    block->next = *link;
    *link = block;
}

static void block_remove(struct alloc *a, struct alloc_record *block)
{
    struct alloc_record **link = list_of(a, block);
    while (*link != block)
        link = &(*link)->next;
    *link = block->next;
}

/* Splits a block that is in no list; its halves are in no list either. */
static int split(struct alloc *a, struct alloc_record *block, struct alloc_record *half[2])
{
    seL4_CPtr slot;
    int err = alloc_slots_locked(a, 2, &slot);
    if (err != 0)
        return err;
    half[0] = alloc_record_new(a);
    half[1] = alloc_record_new(a);
    err = !half[0] || !half[1]
              ? -ENOBUFS
              : alloc_errno(seL4_Untyped_Retype(block->cptr, seL4_UntypedObject, block->bits - 1,
                                                a->config.cnode, 0, 0, slot, 2));
    if (err != 0) {
        for (int i = 0; i < 2; i++)
            if (half[i])
                alloc_record_free(a, half[i]);
        (void)alloc_free_slots_locked(a, slot, 2);
        return err;
    }
    for (int i = 0; i < 2; i++) {
        half[i]->parent = block;
        half[i]->sibling = half[!i];
        half[i]->cptr = slot + (seL4_Word)i;
        half[i]->bits = block->bits - 1;
        half[i]->device = block->device;
        half[i]->paddr = block->paddr + ((uint64_t)i << half[i]->bits);
        half[i]->state = ALLOC_USED;
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
        int err = split(a, block, half);
        if (err != 0) {
            alloc_block_return(a, block);
            return err;
        }
        unsigned upper = (paddr >> half[0]->bits & 1) != (half[0]->paddr >> half[0]->bits & 1);
        alloc_block_insert(a, half[!upper]);
        block = half[upper];
    }
    *result = block;
    return 0;
}

int alloc_block_take(struct alloc *a, unsigned bits, struct alloc_record **result)
{
    for (unsigned size = bits; size < ALLOC_MAX_BITS; size++) {
        struct alloc_record *block = a->free[size];
        if (block) {
            a->free[size] = block->next;
            return split_down(a, block, block->paddr, bits, result);
        }
    }
    return -ENOMEM;
}

int alloc_block_take_device(struct alloc *a, uint64_t paddr, unsigned bits,
                            struct alloc_record **result)
{
    if ((paddr & ((1ull << bits) - 1)) != 0)
        return -EINVAL;
    for (struct alloc_record *block = a->devices; block; block = block->next) {
        if (paddr >= block->paddr && paddr - block->paddr < 1ull << block->bits) {
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
        alloc_delete_slots(a, first, 2);
        block = parent;
    }
    alloc_block_insert(a, block);
}

int alloc_add_untyped(struct alloc *a, seL4_CPtr untyped, unsigned size_bits, bool device,
                      uint64_t paddr)
{
    if (size_bits < seL4_MinUntypedBits || size_bits >= ALLOC_MAX_BITS)
        return -EINVAL;
    alloc_lock(a);
    int err = alloc_records_refill(a);
    struct alloc_record *block = err == 0 ? alloc_record_new(a) : NULL;
    if (block) {
        block->cptr = untyped;
        block->bits = (uint8_t)size_bits;
        block->device = device;
        block->paddr = paddr;
        alloc_block_insert(a, block);
    }
    alloc_unlock(a);
    return err;
}

uint64_t alloc_available(const struct alloc *a, unsigned size_bits)
{
    uint64_t sum = 0;
    for (unsigned bits = size_bits; bits < ALLOC_MAX_BITS; bits++)
        for (const struct alloc_record *b = a->free[bits]; b; b = b->next)
            sum += 1ull << bits;
    return sum;
}

unsigned alloc_largest(const struct alloc *a)
{
    for (unsigned bits = ALLOC_MAX_BITS; bits-- > 0;)
        if (a->free[bits])
            return bits;
    return 0;
}
