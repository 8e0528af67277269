/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every kind of object has to say to the rest of the kernel: one constant table entry per
 * capability type. The generic code (Retype, copy, delete, invoke) knows nothing of single kinds.
 */
#pragma once

#include "object/cnode.h"

struct invocation;

struct cap_ops {
    const char *name;

    /* log2 of the object's size in memory; 0 where the capability names no memory. */
    unsigned (*size_bits)(struct cap cap);

    /*
     * Make `cap` (a copy of the capability in `slot`, rights already masked) fit to be a second
     * capability, or refuse. NULL: any copy is fine.
     */
    int (*derive)(const struct slot *slot, struct cap *cap);

    /*
     * A capability is about to go. `final`: it is the last one for its object, which must be taken
     * out of service now. NULL: nothing to do. Bounded work only; afterwards the slot is emptied,
     * except for CNodes and threads, whose slots are cleared step by step by delete.c.
     */
    void (*finalise)(struct slot *slot, bool final);

    /* Both capabilities are of this type. NULL: they name the same object if `ptr` is equal. */
    bool (*same_object)(struct cap a, struct cap b);

    /* The system call on this capability; NULL: it cannot be invoked. */
    int (*invoke)(struct invocation *inv);
};

/* object.c; indexed by enum cap_type. NULL entries are types that this kernel does not have. */
extern const struct cap_ops *const cap_ops[CAP_TYPE_COUNT];

/* One per type, defined in that type's file. */
extern const struct cap_ops untyped_ops, endpoint_ops, notification_ops, reply_ops, cnode_ops,
    thread_ops, zombie_ops, domain_ops;
/* vspace.c, page.c, asid.c, irq.c, ioport.c */
extern const struct cap_ops frame_ops, page_table_ops, page_directory_ops, pdpt_ops, pml4_ops,
    asid_control_ops, asid_pool_ops, irq_control_ops, irq_handler_ops, ioport_control_ops,
    ioport_ops;
/* virt/ */
extern const struct cap_ops vcpu_ops, ept_pml4_ops, ept_pdpt_ops, ept_pd_ops, ept_pt_ops;

/*
 * Object types for Retype (seL4_ObjectType). `size_bits` 0 means that the caller chooses it.
 * `create` writes what a fresh object needs into already cleared memory and returns its capability;
 * it cannot fail: everything that may be refused is refused by `check` before anything changes.
 */
struct object_type {
    uint8_t size_bits;
    bool device_ok; /* may be made of device memory (then it is never cleared) */
    bool keep_data; /* not cleared: untyped memory is when it becomes something else */
    int (*check)(unsigned user_bits);
    struct cap (*create)(void *memory, unsigned user_bits, bool device);
};

/* object.c */
const struct object_type *object_type(uint64_t type);

/* Implemented beside the objects. */
struct cap frame_create_4k(void *memory, unsigned user_bits, bool device);
struct cap frame_create_2m(void *memory, unsigned user_bits, bool device);
struct cap frame_create_1g(void *memory, unsigned user_bits, bool device);
struct cap page_table_create(void *memory, unsigned user_bits, bool device);
struct cap page_directory_create(void *memory, unsigned user_bits, bool device);
struct cap pdpt_create(void *memory, unsigned user_bits, bool device);
struct cap pml4_create(void *memory, unsigned user_bits, bool device); /* copies the kernel half */
int vcpu_check(unsigned user_bits); /* refuses where the processor cannot run guests */
struct cap vcpu_create(void *memory, unsigned user_bits, bool device);
struct cap ept_pml4_create(void *memory, unsigned user_bits, bool device);
struct cap ept_pdpt_create(void *memory, unsigned user_bits, bool device);
struct cap ept_pd_create(void *memory, unsigned user_bits, bool device);
struct cap ept_pt_create(void *memory, unsigned user_bits, bool device);

/*
 * For a capability of which there is one, such as a control capability: it moves, but is never
 * copied.
 */
int singleton_derive(const struct slot *slot, struct cap *cap);
bool singleton_same(struct cap a, struct cap b);
