/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping frames: when the kernel reports a missing table (seL4_FailedLookup), the table is made
 * and mapped, its own missing parents first. One walk serves first- and second-level address
 * spaces.
 */
#include "internal.h"

typedef seL4_Error (*map_table_fn)(seL4_CPtr table, seL4_CPtr root, seL4_Word address,
                                   seL4_Word attributes);

struct table_level {
    seL4_Word type;
    map_table_fn map;
};

static seL4_Error map_pt(seL4_CPtr table, seL4_CPtr root, seL4_Word address, seL4_Word attributes)
{
    return seL4_X86_PageTable_Map(table, root, address, (seL4_X86_VMAttributes)attributes);
}

static seL4_Error map_pd(seL4_CPtr table, seL4_CPtr root, seL4_Word address, seL4_Word attributes)
{
    return seL4_X86_PageDirectory_Map(table, root, address, (seL4_X86_VMAttributes)attributes);
}

static seL4_Error map_pdpt(seL4_CPtr table, seL4_CPtr root, seL4_Word address, seL4_Word attributes)
{
    return seL4_X86_PDPT_Map(table, root, address, (seL4_X86_VMAttributes)attributes);
}

static seL4_Error map_ept_pt(seL4_CPtr table, seL4_CPtr root, seL4_Word address,
                             seL4_Word attributes)
{
    return seL4_X86_EPTPT_Map(table, root, address, (seL4_X86_EPT_VMAttributes)attributes);
}

static seL4_Error map_ept_pd(seL4_CPtr table, seL4_CPtr root, seL4_Word address,
                             seL4_Word attributes)
{
    return seL4_X86_EPTPD_Map(table, root, address, (seL4_X86_EPT_VMAttributes)attributes);
}

static seL4_Error map_ept_pdpt(seL4_CPtr table, seL4_CPtr root, seL4_Word address,
                               seL4_Word attributes)
{
    return seL4_X86_EPTPDPT_Map(table, root, address, (seL4_X86_EPT_VMAttributes)attributes);
}

static const struct table_level first_level[] = {
    {seL4_X86_PageTableObject, map_pt},
    {seL4_X86_PageDirectoryObject, map_pd},
    {seL4_X86_PDPTObject, map_pdpt},
};

static const struct table_level second_level[] = {
    {seL4_X86_EPTPTObject, map_ept_pt},
    {seL4_X86_EPTPDObject, map_ept_pd},
    {seL4_X86_EPTPDPTObject, map_ept_pdpt},
};
#define LEVELS 3

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

/* Makes and maps one table. -EEXIST: there is one already. */
static int add_table(struct alloc *a, const struct mapping *m, const struct table_level *level,
                     seL4_Error *error)
{
    seL4_CPtr table;
    int err = alloc_object(a, level->type, 0, &table);
    if (err != 0)
        return err;
    /* Tables take the default attributes: what a frame's caching shall be is said at the frame. */
    *error =
        level->map(table, m->root, m->address,
                   m->second ? seL4_X86_EPT_Default_VMAttributes : seL4_X86_Default_VMAttributes);
    if (*error != seL4_NoError)
        (void)alloc_free(a, table);
    return alloc_errno(*error);
}

static int map(struct alloc *a, const struct mapping *m)
{
    const struct table_level *levels = m->second ? second_level : first_level;
    seL4_Error error = map_frame(m);
    /*
     * The lowest table that can be added is the one below what exists: go up until one fits, each
     * success lets the next lower one fit. A large page's lowest table is not at level 0: adding a
     * table there too would occupy its place, so after each table the frame is tried first.
     */
    for (unsigned added = 0; error == seL4_FailedLookup && added < LEVELS; added++) {
        int err = -ENOENT;
        for (unsigned level = 0; level < LEVELS && err != 0; level++) {
            seL4_Error table_error = seL4_NoError;
            err = add_table(a, m, &levels[level], &table_error);
            if (err != 0 && table_error != seL4_FailedLookup)
                return err;
        }
        if (err != 0)
            return err;
        error = map_frame(m);
    }
    return alloc_errno(error);
}

int alloc_map_in(struct alloc *a, seL4_CPtr vspace, uintptr_t vaddr, seL4_CPtr frame,
                 seL4_CapRights_t rights, seL4_X86_VMAttributes attributes)
{
    return map(a, &(struct mapping){.root = vspace,
                                    .frame = frame,
                                    .address = vaddr,
                                    .rights = rights,
                                    .attributes = (seL4_Word)attributes});
}

int alloc_map(struct alloc *a, uintptr_t vaddr, seL4_CPtr frame, seL4_CapRights_t rights,
              seL4_X86_VMAttributes attributes)
{
    return alloc_map_in(a, a->config.vspace, vaddr, frame, rights, attributes);
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
