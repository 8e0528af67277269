/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small allocator of kernel objects: turns untyped memory and empty slots of one CSpace into
 * objects and maps frames into address spaces, making the tables on the way.
 *
 * Untyped memory is managed as binary buddies. A block that is too large is split by retyping it
 * into two untypeds; freeing deletes the object and joins halves again. The smallest block that
 * fits is taken, and of equal ones the lowest address, so large blocks (guest RAM) stay whole.
 *
 * All capabilities are slots of one CNode (`cnode`), addressed as the CSpace root, so a slot number
 * is the capability pointer. Nothing here calls malloc(): the heap itself grows through this
 * library. Records come from memory that the caller lends and, when that runs low, from its
 * `more_memory` hook.
 *
 * Functions that return an int return 0 or a negative errno; -ENOMEM is out of untyped memory,
 * -ENOSPC out of slots, -ENOBUFS out of records. They take the lock given in the configuration, if
 * any; without one, one thread must own the allocator.
 */
#pragma once

#include <base/list.h>
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALLOC_MAX_BITS 48

struct alloc;

struct alloc_config {
    seL4_CPtr cnode;      /* the CSpace root that receives new capabilities */
    seL4_Word first_slot; /* its free slots: first_slot … last_slot - 1 */
    seL4_Word last_slot;
    seL4_CPtr vspace; /* for alloc_map(); 0 = not held */
    void *memory;     /* for records: 8-byte aligned, kept by the allocator */
    size_t memory_size;
    /* Lends another piece of memory (`*size` bytes) or returns NULL; may allocate from `a`. */
    void *(*more_memory)(struct alloc *a, size_t *size);
    void (*lock)(void);
    void (*unlock)(void);
};

struct alloc {
    struct alloc_config config;
    seL4_Word next_slot; /* slots from here on were never used */
    /* Of struct alloc_record: */
    struct list free_slots;           /* runs of slots that came back */
    struct list free[ALLOC_MAX_BITS]; /* free blocks of RAM by size, in order of address */
    struct list devices;              /* device untypeds, in order of address */
    struct list objects;              /* runs of live objects, newest first */
    struct list spare;                /* unused records */
    unsigned spare_count;
    bool growing; /* inside more_memory */
};

int alloc_init(struct alloc *a, const struct alloc_config *config);

/*
 * Gives the allocator an untyped capability. `paddr` orders RAM blocks and places device ones;
 * 0: unknown.
 */
int alloc_add_untyped(struct alloc *a, seL4_CPtr untyped, unsigned size_bits, bool device,
                      uint64_t paddr);

/* One object. `size_bits`: the bits of an untyped, the radix of a CNode; 0 for other types. */
int alloc_object(struct alloc *a, seL4_Word type, unsigned size_bits, seL4_CPtr *cap);

/*
 * `count` objects in adjacent slots, made from adjacent memory (so `count` × size is rounded up to
 * a power of two when taken from the untypeds: use powers of two).
 */
int alloc_objects(struct alloc *a, seL4_Word type, unsigned size_bits, unsigned count,
                  seL4_CPtr *first);

/* One object (a frame or an untyped) at a physical address inside one of the device untypeds. */
int alloc_device_object(struct alloc *a, uint64_t paddr, seL4_Word type, unsigned size_bits,
                        seL4_CPtr *cap);

/* Frames of 4 KiB, 2 MiB or 1 GiB (bits 12, 21, 30). */
int alloc_frame(struct alloc *a, unsigned bits, seL4_CPtr *frame);
int alloc_frames(struct alloc *a, unsigned bits, unsigned count, seL4_CPtr *first);

/* Deletes the whole run that alloc_object(s) or alloc_frame(s) returned; takes all of it back. */
int alloc_free(struct alloc *a, seL4_CPtr first);

/* A copy of a capability: a frame is mapped through one capability for each mapping. */
int alloc_copy(struct alloc *a, seL4_CPtr source, seL4_CapRights_t rights, seL4_CPtr *copy);
int alloc_mint(struct alloc *a, seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge,
               seL4_CPtr *copy);
int alloc_delete_copy(struct alloc *a, seL4_CPtr copy);

/* Maps a frame at `vaddr` in the configuration's address space, making tables as needed. */
int alloc_map(struct alloc *a, uintptr_t vaddr, seL4_CPtr frame, seL4_CapRights_t rights,
              seL4_X86_VMAttributes attributes);
/* The same in a guest's address space (root: seL4_X86_EPTPML4Object). */
int alloc_map_guest(struct alloc *a, seL4_CPtr ept_root, uint64_t guest_paddr, seL4_CPtr frame,
                    seL4_CapRights_t rights, seL4_X86_EPT_VMAttributes attributes);
/* The same for a device, in its IOSpace. */
int alloc_map_io(struct alloc *a, seL4_CPtr iospace, uint64_t address, seL4_CPtr frame,
                 seL4_CapRights_t rights);

/* Free bytes of RAM in blocks of at least `size_bits`. */
uint64_t alloc_available(const struct alloc *a, unsigned size_bits);
/* The bits of the largest free block; 0: there is none. */
unsigned alloc_largest(const struct alloc *a);
/* Slots that are left. */
seL4_Word alloc_slots_left(const struct alloc *a);
