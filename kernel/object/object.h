/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every kind of object has to say to the rest of the kernel: one constant table entry for
 * each capability type, and one for each object type. The generic code (Retype, copy, delete,
 * invoke) knows hardly anything of single kinds.
 */
#pragma once

#include "object/derivation.h"

struct invocation;

struct cap_ops {
    const char *name;

    /* log2 of the object's size in memory; neither where the capability names no memory. */
    uint8_t size_bits;
    unsigned (*size_bits_of)(struct cap cap); /* where it differs from object to object */

    /*
     * Make `cap` (a copy of the capability in `slot`, rights already masked) fit to be a second
     * capability, or refuse. NULL: any copy is fine.
     */
    int (*derive)(const struct slot *slot, struct cap *cap);

    /*
     * A capability is about to go. `final`: it is the last one for its object, which must be taken
     * out of service now. NULL: nothing to do. At most a thousand instructions; afterwards the slot
     * is emptied, except for CNodes and threads, whose slots are cleared step by step by delete.c.
     */
    void (*finalise)(struct slot *slot, bool final);

    /*
     * Before finalise() of the last capability: a step, of a thousand instructions as well, of what
     * may take longer. True: there is more to do, and the capability must be of no use meanwhile.
     */
    bool (*drain)(struct slot *slot);

    /* Both capabilities are of this type. NULL: they name the same object if `ptr` is equal. */
    bool (*same_object)(struct cap a, struct cap b);

    /* The system call on this capability; NULL: it cannot be invoked. */
    int (*invoke)(struct invocation *inv);
};

/* object.c; indexed by enum cap_type. */
extern const struct cap_ops *const cap_ops[CAP_TYPE_COUNT];

/* One per type, defined in that type's file. */
extern const struct cap_ops untyped_ops, endpoint_ops, notification_ops, reply_ops, cnode_ops,
    thread_ops, zombie_ops, domain_ops;
/* mapping.c, page.c, vspace.c, asid.c, irq.c, ioport.c, iospace.c */
extern const struct cap_ops iospace_ops, io_page_table_ops, frame_ops, page_table_ops,
    page_directory_ops, pdpt_ops, pml4_ops, ept_pdpt_ops, ept_pd_ops, ept_pt_ops, asid_control_ops,
    asid_pool_ops, irq_control_ops, irq_handler_ops, ioport_control_ops, ioport_ops;
/* virt/ */
extern const struct cap_ops vcpu_ops, ept_pml4_ops;

/*
 * Object types for Retype (seL4_ObjectType): what a new object's memory and capability look like.
 * Making one cannot fail: everything that may be refused is refused before anything changes.
 */
struct object_type {
    uint8_t size_bits;          /* log2 of the size, or of a unit where the caller chooses */
    uint8_t user_min, user_max; /* log2 of how many units; both 0: the size is fixed */
    uint8_t cap;                /* enum cap_type */
    uint16_t flags;             /* of the new capability; log2 of the units is added */
    uint16_t device_flag;       /* added in device memory; 0: there are none in that */
    bool keep_data;             /* not cleared (as device memory never is) */
    int (*check)(void);         /* a seL4_Error where this machine has no such objects */
};

/* object.c. NULL for types that do not exist. */
const struct object_type *object_type(uint64_t type);
/* A new object in memory that is cleared where it has to be. `user_bits` as chosen, or 0. */
struct cap object_create(const struct object_type *type, void *memory, unsigned user_bits,
                         bool device);

/* Implemented beside the objects. */
int vcpu_check(void);
int iospace_check(void);

/* For objects that other invocations name, but which have none of their own. */
int invoke_none(struct invocation *inv);
/* For capabilities that move, but are never copied. */
int derive_never(const struct slot *slot, struct cap *cap);
/* For those of which there is but one, such as the control capabilities. */
bool same_always(struct cap a, struct cap b);
