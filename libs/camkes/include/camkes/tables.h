/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data tables that camkesc writes for each component instance, and the interface of a
 * connector.
 *
 * Generated code is data and typed stubs; every behaviour is in libs/camkes. A connector is one C
 * file that defines `const struct camkes_connector camkes_connector_<symbol>`; its ADL declaration
 * says which kernel objects a connection needs (attribute `objects`, see docs/adl.md), so the
 * compiler knows no connector by name:
 *
 *     connector seL4RPCCall {
 *         from Procedures with 0 threads;
 *         to Procedure;
 *         attribute string symbol = "rpc";
 *         attribute { } objects[] = [
 *             {"role": "ep", "type": "Endpoint", "per": "to", "from": "WP", "to": "R",
 *              "badge": "client"},
 *         ];
 *     }
 *
 * Keys of an `objects` entry:
 *   role      the name by which the runtime finds it: camkes_end_cap(end, "ep", i)
 *   type      Endpoint | Notification | Memory | DeviceMemory | IOPorts | IRQ
 *   per       who has one: "connection", "from" (each from end), "to" (each to end; connections to
 *             one interface share it), "from_instance", "to_instance" (one a component instance,
 *             shared by all its connections with the same role: the global endpoint or
 *             notification)
 *   from, to  rights of the ends: letters of R, W, G (grant), P (grant reply); absent: no
 *             capability. Where an object is per "to", a from end holds one capability for each
 *             to end, in order; and the reverse
 *   badge     "client": number of the from end, or its <if>_attributes where that is a number;
 *             "global": a bit of the receiving instance's global_endpoint_base and _mask (or
 *             <if>_badge), also readable as <if>_notification_badge()
 *   bind      "to" or "from": bind the notification to the control thread of that end's instance
 *   size      for Memory: name of the interface attribute with the size in bytes ("shmem_size"
 *             reads <if>_shmem_size), default: the dataport type's size; rounded up to pages
 *   map       for Memory: false: not mapped in any end (capabilities only)
 *   caps      for Memory: "from", "to" or "both": these ends also hold the frames' capabilities
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sel4/sel4.h>

struct camkes_connector;
struct camkes_end;
struct camkes_rpc;

enum camkes_side { CAMKES_FROM, CAMKES_TO };
enum camkes_kind { CAMKES_PROCEDURE, CAMKES_EVENT, CAMKES_DATAPORT };

/* One capability that an end holds for a role. */
struct camkes_cap {
    const char *role;
    seL4_CPtr cptr;
    seL4_Word badge;  /* on it, or, for a receiver, the one that `peer` sends with */
    const char *peer; /* "instance.interface" at the other side, "" where it is this end's own */
};

/* Memory that an end sees: a dataport, an RPC buffer, device registers. */
struct camkes_region {
    const char *role;
    void *vaddr;             /* NULL where not mapped */
    size_t size;             /* bytes, as asked for */
    uint64_t paddr;          /* device memory only */
    const seL4_CPtr *frames; /* capabilities of its frames, NULL where not held */
    size_t frame_count;
    uint8_t frame_bits;
    bool writable;
    const char *peer;
    seL4_Word peer_badge; /* tells clients apart where one end serves several */
};

/* A number or string from the configuration, by its name without the interface prefix. */
struct camkes_param {
    const char *name;
    const char *string; /* NULL where it is a number */
    int64_t number;
};

/* Serves one method: reads the arguments from `rpc`, calls the component, writes the results. */
typedef void (*camkes_method_fn)(struct camkes_rpc *rpc);

struct camkes_procedure {
    const char *name;
    const camkes_method_fn *methods;
    unsigned method_count;
};

/* One end of a connection, as its instance sees it. */
struct camkes_end {
    const char *interface;
    const char *connection;
    const struct camkes_connector *connector;
    enum camkes_side side;
    enum camkes_kind kind;
    const struct camkes_cap *caps;
    unsigned cap_count;
    const struct camkes_region *regions;
    unsigned region_count;
    const struct camkes_param *params;
    unsigned param_count;
    const struct camkes_procedure *procedure; /* provided procedures only */
    void (*init)(void);                       /* weak <if>__init, may be NULL */
    int (*run)(void);                         /* weak <if>__run, may be NULL */
    void (*handle)(void); /* weak <if>_handle of hardware interrupts, may be NULL */
    void **state;         /* one writable word for the connector's own use */
};

struct camkes_connector {
    const char *name;
    bool spills; /* procedures: messages too long for the registers travel in the end's "buffer" */
    /* For each end, in the control thread, before any thread serves. 0 or a negative errno. */
    int (*init)(const struct camkes_end *end);
    /* The body of each thread that the ADL gives this end ("with N threads"); does not return. */
    void (*thread)(const struct camkes_end *end);
    /*
     * From side of a procedure: see camkes/rpc.h. Without rpc_begin the message registers are the
     * buffer.
     */
    void (*rpc_begin)(const struct camkes_end *end, struct camkes_rpc *rpc);
    int (*rpc_call)(const struct camkes_end *end, struct camkes_rpc *rpc);
    /* Events. */
    void (*emit)(const struct camkes_end *end);
    void (*wait)(const struct camkes_end *end);
    int (*poll)(const struct camkes_end *end);
    int (*reg_callback)(const struct camkes_end *end, void (*callback)(void *), void *arg);
    int (*acknowledge)(const struct camkes_end *end);
    /*
     * Ends that the control thread serves (camkes_serve()): false if the message is not for this
     * end; else `*answer` says whether `*info` is to be sent back.
     */
    bool (*handle)(const struct camkes_end *end, seL4_MessageInfo_t *info, seL4_Word badge,
                   bool *answer);
};

enum camkes_thread_kind { CAMKES_THREAD_CONTROL, CAMKES_THREAD_INTERFACE, CAMKES_THREAD_FAULT };

struct camkes_thread {
    const char *name; /* "control", the interface's name, "fault" */
    enum camkes_thread_kind kind;
    seL4_CPtr tcb;
    void *stack; /* lowest mapped address */
    size_t stack_size;
    seL4_IPCBuffer *ipc_buffer;
    const struct camkes_end *end; /* interface threads */
    seL4_CPtr wake; /* its own notification, to sleep on for locks; the fault thread has none */
};

/* Untyped memory that the instance was given (simple_untypedN_pool, guest memory, heap). */
struct camkes_untyped {
    seL4_CPtr cptr;
    uint8_t size_bits;
    bool device;
    uint64_t paddr;     /* device untypeds */
    const char *origin; /* attribute that asked for it */
    bool optional;      /* the slot is empty where the machine had no memory for it */
};

/* Kernel objects that an attribute asked for by themselves (docs/adl.md, "Grants"). */
enum camkes_resource_kind {
    CAMKES_RESOURCE_IOPORTS, /* first … last port */
    CAMKES_RESOURCE_IRQ,     /* first: I/O APIC, last: pin */
    CAMKES_RESOURCE_FRAME,   /* first: physical address, last: size bits */
    CAMKES_RESOURCE_MSI,     /* first: PCI bus << 8 | dev << 3 | fun, last: number, from 0 */
    CAMKES_RESOURCE_IOSPACE, /* first: domain, last: PCI bus << 8 | dev << 3 | fun */
    CAMKES_RESOURCE_TCB,
    CAMKES_RESOURCE_ENDPOINT,
    CAMKES_RESOURCE_NOTIFICATION,
};

struct camkes_resource {
    enum camkes_resource_kind kind;
    seL4_CPtr cptr;
    uint64_t first, last;
    /* Interrupts of devices, and faults of IOSpaces: how the notification is signalled. */
    uint64_t badge;
    const char *origin; /* attribute that asked for it */
    bool optional;      /* the slot is empty where the machine has no such thing */
};

enum camkes_lock_kind { CAMKES_MUTEX, CAMKES_SEMAPHORE, CAMKES_BINARY_SEMAPHORE };

struct camkes_lock {
    const char *name;
    enum camkes_lock_kind kind;
    seL4_CPtr notification;
    int initial;
    long *state; /* two writable words, zeroed */
};

/* Attributes by name, for libraries that take what the description says (vmm, crossvm). */
struct camkes_value;
struct camkes_member {
    const char *key;
    const struct camkes_value *value;
};
struct camkes_value {
    enum { CAMKES_NUMBER, CAMKES_STRING, CAMKES_LIST, CAMKES_DICT } type;
    int64_t number;
    const char *string;
    const struct camkes_value *items;    /* list */
    const struct camkes_member *members; /* dict */
    unsigned count;
};

/* The whole instance: `const struct camkes_instance camkes_instance` in its camkes.c. */
struct camkes_instance {
    const char *name;
    const char *component;
    const struct camkes_thread *threads; /* [0] is control, [1] is the fault handler */
    unsigned thread_count;
    const struct camkes_end *const *ends;
    unsigned end_count;
    const struct camkes_untyped *untypeds;
    unsigned untyped_count;
    const struct camkes_resource *resources;
    unsigned resource_count;
    const struct camkes_region *dma; /* of `dma_pool`, with its frames; NULL = none */
    const struct camkes_lock *locks;
    unsigned lock_count;
    const struct camkes_member *attributes; /* every setting of the instance, declared or not */
    unsigned attribute_count;
    void *heap;         /* mapped heap */
    size_t heap_mapped; /* bytes mapped by the loader */
    size_t heap_limit;  /* bytes it may grow to, with frames from the untypeds (heap_size) */
    seL4_CPtr cnode;    /* to its own CSpace root; 0 = not held */
    seL4_CPtr first_free_slot;
    seL4_CPtr kept_slot; /* the first of kept_callers slots, for callers that wait */
    unsigned kept_callers;
    uint8_t cnode_bits;
    seL4_CPtr vspace;         /* 0 = not held */
    seL4_CPtr asid_pool;      /* 0 = not held */
    seL4_CPtr fault_endpoint; /* faults arrive with the badge 1 + index of the thread */
    /* A page for each extra bootinfo chunk asked for (simple_extra_bootinfo); NULL = none. */
    const void *bootinfo_extra;
    size_t bootinfo_extra_size;
    /* PCI's, of `config_space_buses`: those frames of it that the resources have. NULL = none. */
    volatile void *config_space;
    const void *symbols_info; /* struct capdl_symbols, NULL = none */
};

extern const struct camkes_instance camkes_instance;

/* Finders over the tables; NULL / 0 / -ENOENT where there is none. */
const struct camkes_cap *camkes_end_cap(const struct camkes_end *end, const char *role,
                                        unsigned index);
const struct camkes_region *camkes_end_region(const struct camkes_end *end, const char *role,
                                              unsigned index);
const struct camkes_param *camkes_end_param(const struct camkes_end *end, const char *name);
const struct camkes_value *camkes_attribute(const char *name);
/* Of a dict; any other value counts as an empty one. */
const struct camkes_value *camkes_member(const struct camkes_value *dict, const char *key);
/* What stands there, or 0 where that is no number. */
uint64_t camkes_member_number(const struct camkes_value *dict, const char *key);
