/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings: how frames and tables get into an address space, and out of it again. Written once for
 * every kind of address space; what differs between kinds is data.
 *
 * The rules:
 * - An address space is a root with an ASID, and is named by that number and its generation
 *   (state/vspace.h). A name is given once, so a capability that remembers one never acts on
 *   another root than its own.
 * - A capability to a frame or table remembers its place: name and address. "Mapped" means that it
 *   remembers one; whether the object is still there is seen only by walking, since tables above
 *   may have gone.
 * - A frame's capability stands for one mapping. Copies are unmapped, and may be mapped elsewhere.
 * - A table is mapped once. So its capability can be copied only while it has its place, and gives
 *   up the place only as the last one: copies always agree.
 * - A capability takes its mapping along when it goes: a frame's each, a table's the last one.
 * - A table that is taken out of its place is emptied (or is about to be untyped memory). So a
 *   present entry that can be reached from a root belongs to a capability that says so.
 * - Roots are copied only when they have their ASID, which they get once and keep.
 * - The root of a device's address space is no object: it is one entry, for the topmost table, and
 *   its name is that of the IOSpace capability, which is made with it.
 */
#pragma once

#include "cpu/pte.h"
#include "object/object.h"

/* Where an object is mapped, or will be. */
struct place {
    const struct space_ops *space;
    uint64_t *root;
    uint64_t name; /* of the root: cap_mapped_name() */
    uint64_t address;
    unsigned level;        /* of the table in which its entry stands */
    uint64_t object, mask; /* what the entry says of the object, in which bits */
};

/* A kind of address space. Tables have 512 entries, and PTE_LARGE and PTE_ADDRESS, in all. */
struct space_ops {
    uint8_t root;         /* enum cap_type of what names one */
    uint8_t levels;       /* of tables; the root is of this level, page tables are of level 1 */
    uint64_t limit;       /* the first address that cannot be mapped */
    uint64_t present;     /* an entry with any of these bits is in use */
    uint64_t table;       /* what an entry that leads to a table says, beside the address, */
    uint64_t table_level; /* and this much more for each level of that table */
    /*
     * The same for a frame, without PTE_LARGE. A seL4_Error for sizes, rights or attributes that
     * there are not.
     */
    int (*frame_entry)(enum frame_size size, unsigned rights, uint64_t attributes, uint64_t *entry);
    /* This entry has been changed; before the flush. NULL: nothing to do. */
    void (*entry_written)(const struct place *place, const uint64_t *entry);
    /* The translation of this page was taken away or changed. */
    void (*flush_page)(const struct place *place);
    /* Any translation of this address space may have been; or its name is new. */
    void (*flush_all)(const struct place *place);
    /* What a root holds when it gets its ASID; NULL: nothing. */
    void (*init_root)(uint64_t *root);
};

extern const struct space_ops user_space, guest_space;
extern struct space_ops io_space; /* filled at boot */
/* The kind of address space whose roots have this capability type; NULL: none. */
const struct space_ops *mapping_space_of_root(enum cap_type type);

/*
 * The entry for the place. NULL where a table is missing or a large page is in the way; *bits_left
 * (the pointer may be NULL) says how many bits of the address the last entry left to translate.
 */
uint64_t *mapping_walk(const struct place *place, unsigned *bits_left);

/* Map the frame inv->slot; message: address, rights, attributes; root. */
int mapping_map_frame(struct invocation *inv, enum space_kind kind);
/* Take a frame out of its place, if it is mapped and still there. */
void mapping_unmap_frame(struct cap frame);

/* For tables and roots: a copy is fine if it is mapped, or has its ASID. */
int mapping_derive(const struct slot *slot, struct cap *cap);
