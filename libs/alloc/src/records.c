/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records and slots: the allocator's own bookkeeping. Records come from lent memory in pieces;
 * slots are handed out in order, and those that come back are kept as runs, joined with their
 * neighbours.
 */
#include "alloc_private.h"

int alloc_errno(seL4_Error error)
{
    static const int errors[] = {
        [seL4_InvalidCapability] = -EBADF, [seL4_IllegalOperation] = -EPERM,
        [seL4_RangeError] = -ERANGE,       [seL4_FailedLookup] = -ENOENT,
        [seL4_DeleteFirst] = -EEXIST,      [seL4_RevokeFirst] = -EBUSY,
        [seL4_NotEnoughMemory] = -ENOMEM,
    };
    if (error == seL4_NoError)
        return 0;
    return error < ARRAY_SIZE(errors) && errors[error] ? errors[error] : -EINVAL;
}

void alloc_record_free(struct alloc *a, struct alloc_record *record)
{
    list_prepend(&a->spare, &record->link);
    a->spare_count++;
}

struct alloc_record *alloc_record_new(struct alloc *a)
{
    struct alloc_record *record = LIST_FIRST(&a->spare, struct alloc_record, link);
    if (!record)
        return NULL;
    list_remove(&a->spare, &record->link);
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

int alloc_slots_take(struct alloc *a, unsigned count, seL4_CPtr *first)
{
    LIST_FOR_EACH(run, &a->free_slots, struct alloc_record, link) {
        if (run->count < count)
            continue;
        *first = run->cptr;
        run->cptr += count;
        run->count -= count;
        if (run->count == 0) {
            list_remove(&a->free_slots, &run->link);
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

int alloc_slots_return(struct alloc *a, seL4_CPtr first, unsigned count)
{
    LIST_FOR_EACH(run, &a->free_slots, struct alloc_record, link) {
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
    *run = (struct alloc_record){.state = ALLOC_SLOTS, .cptr = first, .count = count};
    list_prepend(&a->free_slots, &run->link);
    return 0;
}

void alloc_slots_delete(struct alloc *a, seL4_CPtr first, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)seL4_CNode_Delete(a->config.cnode, first + i, seL4_WordBits);
    (void)alloc_slots_return(a, first, count);
}

seL4_Word alloc_slots_left(const struct alloc *a)
{
    seL4_Word left = a->config.last_slot - a->next_slot;
    LIST_FOR_EACH(run, &a->free_slots, struct alloc_record, link)
        left += run->count;
    return left;
}

/* --- copies of capabilities --- */

int alloc_mint(struct alloc *a, seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge,
               seL4_CPtr *copy)
{
    seL4_CPtr root = a->config.cnode, slot;
    alloc_lock(a);
    int error = alloc_slots_take(a, 1, &slot);
    if (!error) {
        error = alloc_errno(badge == 0 ? seL4_CNode_Copy(root, slot, seL4_WordBits, root, source,
                                                         seL4_WordBits, rights)
                                       : seL4_CNode_Mint(root, slot, seL4_WordBits, root, source,
                                                         seL4_WordBits, rights, badge));
        if (error)
            (void)alloc_slots_return(a, slot, 1);
        else
            *copy = slot;
    }
    alloc_unlock(a);
    return error;
}

int alloc_copy(struct alloc *a, seL4_CPtr source, seL4_CapRights_t rights, seL4_CPtr *copy)
{
    return alloc_mint(a, source, rights, 0, copy);
}

int alloc_delete_copy(struct alloc *a, seL4_CPtr copy)
{
    alloc_lock(a);
    int error = alloc_records_refill(a);
    error = error ?: alloc_errno(seL4_CNode_Delete(a->config.cnode, copy, seL4_WordBits));
    error = error ?: alloc_slots_return(a, copy, 1);
    alloc_unlock(a);
    return error;
}
