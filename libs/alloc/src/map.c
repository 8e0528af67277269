/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping frames: when the kernel reports a missing table (seL4_FailedLookup), the table is made
 * and mapped, its own missing parents first. One walk serves first- and second-level address
 * spaces. A device's has tables of one kind, each of which goes where the first one is missing.
 */
#include "alloc_private.h"

/* Lowest first. */
#define LEVELS 3
static const seL4_Word first_level[LEVELS] = {seL4_X86_PageTableObject,
                                              seL4_X86_PageDirectoryObject, seL4_X86_PDPTObject};
static const seL4_Word second_level[LEVELS] = {seL4_X86_EPTPTObject, seL4_X86_EPTPDObject,
                                               seL4_X86_EPTPDPTObject};

struct mapping {
    seL4_CPtr root, frame;
    seL4_Word address;
    seL4_CapRights_t rights;
    seL4_Word attributes;
    bool second;
};

static seL4_Error map_frame(const struct mapping *m)
{
    return m->second ? seL4_X86_Page_MapEPT(m->frame, m->root, m->address, m->rights,
                                            (seL4_X86_EPT_VMAttributes)m->attributes)
                     : seL4_X86_Page_Map(m->frame, m->root, m->address, m->rights,
                                         (seL4_X86_VMAttributes)m->attributes);
}

/* Tables take the default attributes: what a frame's caching shall be is said at the frame. */
static seL4_Error map_table(const struct mapping *m, seL4_Word type, seL4_CPtr table)
{
    const seL4_X86_VMAttributes first = seL4_X86_Default_VMAttributes;
    const seL4_X86_EPT_VMAttributes second = seL4_X86_EPT_Default_VMAttributes;
    switch (type) {
    case seL4_X86_PageTableObject:
        return seL4_X86_PageTable_Map(table, m->root, m->address, first);
    case seL4_X86_PageDirectoryObject:
        return seL4_X86_PageDirectory_Map(table, m->root, m->address, first);
    case seL4_X86_PDPTObject:
        return seL4_X86_PDPT_Map(table, m->root, m->address, first);
    case seL4_X86_EPTPTObject:
        return seL4_X86_EPTPT_Map(table, m->root, m->address, second);
    case seL4_X86_EPTPDObject:
        return seL4_X86_EPTPD_Map(table, m->root, m->address, second);
    default:
        return seL4_X86_EPTPDPT_Map(table, m->root, m->address, second);
    }
}

/* Makes and maps one table. -ENOENT: the one above it is missing; -EEXIST: there is one. */
static int add_table(struct alloc *a, const struct mapping *m, seL4_Word type)
{
    seL4_CPtr table;
    int error = alloc_object(a, type, 0, &table);
    if (error)
        return error;
    error = alloc_errno(map_table(m, type, table));
    if (error)
        (void)alloc_free(a, table);
    return error;
}

static int map(struct alloc *a, const struct mapping *m)
{
    const seL4_Word *types = m->second ? second_level : first_level;
    int error = alloc_errno(map_frame(m));
    /*
     * The lowest table that can be added is the one below what exists: go up until one fits, each
     * success lets the next lower one fit. A large page's lowest table is not at level 0: adding a
     * table there too would occupy its place, so after each table the frame is tried first.
     */
    for (unsigned added = 0; error == -ENOENT && added < LEVELS; added++) {
        for (unsigned level = 0; error == -ENOENT && level < LEVELS; level++)
            error = add_table(a, m, types[level]);
        if (error)
            return error;
        error = alloc_errno(map_frame(m));
    }
    return error;
}

/* More levels than there are. */
#define IO_LEVELS_MAX 6

static int add_io_table(struct alloc *a, seL4_CPtr iospace, uint64_t address)
{
    seL4_CPtr table;
    int error = alloc_object(a, seL4_X86_IOPageTableObject, 0, &table);
    if (error)
        return error;
    error = alloc_errno(seL4_X86_IOPageTable_Map(table, iospace, address));
    if (error)
        (void)alloc_free(a, table);
    return error;
}

int alloc_map_io(struct alloc *a, seL4_CPtr iospace, uint64_t address, seL4_CPtr frame,
                 seL4_CapRights_t rights)
{
    int error = alloc_errno(seL4_X86_Page_MapIO(frame, iospace, rights, address));
    for (unsigned added = 0; error == -ENOENT && added < IO_LEVELS_MAX; added++)
        error = add_io_table(a, iospace, address)
                    ?: alloc_errno(seL4_X86_Page_MapIO(frame, iospace, rights, address));
    return error;
}

int alloc_map(struct alloc *a, uintptr_t vaddr, seL4_CPtr frame, seL4_CapRights_t rights,
              seL4_X86_VMAttributes attributes)
{
    return map(a, &(struct mapping){.root = a->config.vspace,
                                    .frame = frame,
                                    .address = vaddr,
                                    .rights = rights,
                                    .attributes = (seL4_Word)attributes});
}

int alloc_map_guest(struct alloc *a, seL4_CPtr ept_root, uint64_t guest_paddr, seL4_CPtr frame,
                    seL4_CapRights_t rights, seL4_X86_EPT_VMAttributes attributes)
{
    return map(a, &(struct mapping){.root = ept_root,
                                    .frame = frame,
                                    .address = guest_paddr,
                                    .rights = rights,
                                    .attributes = (seL4_Word)attributes,
                                    .second = true});
}
