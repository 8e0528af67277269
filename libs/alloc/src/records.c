/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records and slots: the allocator's own bookkeeping. Records come from lent memory in pieces;
 * slots are handed out in order, and those that come back are kept as runs, joined with their
 * neighbours.
 */
#include "internal.h"

int alloc_errno(seL4_Error error)
{
    switch (error) {
    case seL4_NoError:
        return 0;
    case seL4_InvalidCapability:
        return -EBADF;
    case seL4_IllegalOperation:
        return -EPERM;
    case seL4_RangeError:
        return -ERANGE;
    case seL4_FailedLookup:
        return -ENOENT;
    case seL4_DeleteFirst:
        return -EEXIST;
    case seL4_RevokeFirst:
        return -EBUSY;
    case seL4_NotEnoughMemory:
        return -ENOMEM;
    default:
        return -EINVAL;
    }
}

void alloc_record_free(struct alloc *a, struct alloc_record *record)
{
    record->next = a->spare;
    a->spare = record;
    a->spare_count++;
}

struct alloc_record *alloc_record_new(struct alloc *a)
{
    struct alloc_record *record = a->spare;
    if (!record)
        return NULL;
    a->spare = record->next;
    a->spare_count--;
    *record = (struct alloc_record){0};
    return record;
}

static void add_memory(struct alloc *a, void *memory, size_t size)
{
    struct alloc_record *records = memory;
    for (size_t i = 0; i < size / sizeof(*records); i++)
        alloc_record_free(a, &records[i]);
}

/* Called before an operation: afterwards the operation can not run out of records half-way. */
int alloc_records_refill(struct alloc *a)
{
    if (a->spare_count < ALLOC_SPARE_LOW && !a->growing && a->config.more_memory) {
        size_t size = 0;
        a->growing = true; /* the hook allocates a frame from what is left of the reserve */
        void *memory = a->config.more_memory(a, &size);
        a->growing = false;
        if (memory)
            add_memory(a, memory, size);
    }
    return a->spare_count > 2 ? 0 : -ENOBUFS;
}

int alloc_init(struct alloc *a, const struct alloc_config *config)
{
    if (config->last_slot < config->first_slot || (uintptr_t)config->memory % 8 != 0)
        return -EINVAL;
    *a = (struct alloc){.config = *config, .next_slot = config->first_slot};
    if (config->memory)
        add_memory(a, config->memory, config->memory_size);
    return 0;
}

/* --- slots --- */

int alloc_slots_locked(struct alloc *a, unsigned count, seL4_CPtr *first)
{
    for (struct alloc_record **link = &a->free_slots; *link; link = &(*link)->next) {
        struct alloc_record *run = *link;
        if (run->count < count)
            continue;
        *first = run->cptr;
        run->cptr += count;
        run->count -= count;
        if (run->count == 0) {
            *link = run->next;
            alloc_record_free(a, run);
        }
        return 0;
    }
    if (count > a->config.last_slot - a->next_slot)
        return -ENOSPC;
    *first = a->next_slot;
    a->next_slot += count;
    return 0;
}

int alloc_free_slots_locked(struct alloc *a, seL4_CPtr first, unsigned count)
{
    for (struct alloc_record *run = a->free_slots; run; run = run->next) {
        if (run->cptr + run->count == first) {
            run->count += count;
            return 0;
        }
        if (first + count == run->cptr) {
            run->cptr = first;
            run->count += count;
            return 0;
        }
    }
    struct alloc_record *run = alloc_record_new(a);
    if (!run)
        return -ENOBUFS; /* the slots are lost, nothing else is */
    run->state = ALLOC_SLOTS;
    run->cptr = first;
    run->count = count;
    run->next = a->free_slots;
    a->free_slots = run;
    return 0;
}

void alloc_delete_slots(struct alloc *a, seL4_CPtr first, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)seL4_CNode_Delete(a->config.cnode, first + i, seL4_WordBits);
    (void)alloc_free_slots_locked(a, first, count);
}

int alloc_slots(struct alloc *a, unsigned count, seL4_CPtr *first)
{
    alloc_lock(a);
    int err = alloc_slots_locked(a, count, first);
    alloc_unlock(a);
    return err;
}

int alloc_free_slots(struct alloc *a, seL4_CPtr first, unsigned count)
{
    alloc_lock(a);
    int err = alloc_records_refill(a);
    if (err == 0)
        err = alloc_free_slots_locked(a, first, count);
    alloc_unlock(a);
    return err;
}

seL4_Word alloc_slots_left(const struct alloc *a)
{
    seL4_Word left = a->config.last_slot - a->next_slot;
    for (const struct alloc_record *run = a->free_slots; run; run = run->next)
        left += run->count;
    return left;
}

/* --- copies of capabilities --- */

int alloc_mint(struct alloc *a, seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge,
               seL4_CPtr *copy)
{
    seL4_CPtr slot;
    alloc_lock(a);
    int err = alloc_slots_locked(a, 1, &slot);
    if (err == 0) {
        seL4_CPtr root = a->config.cnode;
        err = alloc_errno(badge == 0 ? seL4_CNode_Copy(root, slot, seL4_WordBits, root, source,
                                                       seL4_WordBits, rights)
                                     : seL4_CNode_Mint(root, slot, seL4_WordBits, root, source,
                                                       seL4_WordBits, rights, badge));
        if (err != 0)
            (void)alloc_free_slots_locked(a, slot, 1);
        else
            *copy = slot;
    }
    alloc_unlock(a);
    return err;
}

int alloc_copy(struct alloc *a, seL4_CPtr source, seL4_CapRights_t rights, seL4_CPtr *copy)
{
    return alloc_mint(a, source, rights, 0, copy);
}

int alloc_delete_copy(struct alloc *a, seL4_CPtr copy)
{
    alloc_lock(a);
    int err = alloc_records_refill(a);
    if (err == 0) {
        err = alloc_errno(seL4_CNode_Delete(a->config.cnode, copy, seL4_WordBits));
        if (err == 0)
            err = alloc_free_slots_locked(a, copy, 1);
    }
    alloc_unlock(a);
    return err;
}
