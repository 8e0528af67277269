/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: every kernel object to create and every page to map, worked out before the first is
 * made, so that all memory can be placed at once (place.h). It is pure computation; nothing here
 * calls the kernel.
 *
 * Objects 0 … description.object_count - 1 are those of the description, in its order; after them
 * come those that it leaves to the loader: page tables and the frames of the programs.
 */
#pragma once

#include "description.h"
#include "elf_file.h"

#include <base/arena.h>
#include <sel4/sel4.h>

#define PLAN_NO_MEMORY 0xff /* mem_bits of objects that are not made from RAM */

struct plan_object {
    seL4_CPtr slot;     /* the loader's capability; 0 until made, and for objects left out */
    const char *origin; /* what asked for it, for messages */
    uint8_t type;       /* seL4_ObjectType */
    uint8_t api_bits;   /* size argument of seL4_Untyped_Retype() */
    uint8_t mem_bits;   /* log2 of its memory, or PLAN_NO_MEMORY */
    bool optional;
    bool left_out;    /* optional, and there was no memory, or the machine has no such thing */
    bool mapped;      /* the capability in `slot` holds a mapping */
    bool keep;        /* the loader's capability must survive it */
    uint16_t holders; /* capabilities that components get */
};

enum plan_table_level { PLAN_PDPT, PLAN_PD, PLAN_PT };

struct plan_table {
    uint32_t vspace, object; /* object indices */
    enum plan_table_level level;
    uint64_t base; /* first address that it serves */
};

/*
 * A page of an instance's program that has a frame of its own; or a run of pages, of any length,
 * that are shared with the loader's image. So a file of any size costs one entry.
 */
struct plan_page {
    uint32_t instance;
    uint32_t object; /* the frame; CAPDL_NONE = shared */
    uint64_t vaddr;
    const uint8_t *image; /* shared: the first page in the loader's image */
    uint64_t count;       /* of pages */
};

struct plan_program {
    struct elf_file elf;
    uint64_t start, end; /* of all its segments, whole pages */
    struct capdl_symbols symbols;
};

struct plan {
    struct description description;
    struct VEC(struct plan_object) objects;
    struct VEC(struct plan_table) tables; /* higher levels before lower of the same address */
    struct VEC(struct plan_page) pages;
    struct plan_program *programs; /* one for each instance */
    uint32_t last_table[3];        /* per level: the table found last, as most lookups repeat */
};

struct loader_file;

/*
 * Memory for the loader's lists, which main() or a host test supplies. Where there is no more,
 * loader_message says so.
 */
extern struct arena loader_arena;

/* Everything. 0, or -1 with loader_message set. */
int plan_make(struct plan *plan, const struct loader_file *files,
              const struct loader_file *files_end);

static inline struct plan_object *plan_object(struct plan *plan, uint32_t index)
{
    return &plan->objects.items[index];
}
