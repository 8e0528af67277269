/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout: every kernel object of the system, who holds a capability to it in which slot, and
 * what is mapped where. The emitters turn it into the components' tables and into the capability
 * description (libs/capdl/include/capdl.h); nothing is decided after it.
 */
#pragma once

#include <capdl.h>
#include "connector.h"
#include "model.h"

/* Where things are in a component's address space. */
#define STACK_BASE       0x80000000ull /* above the image, within 32 bits: assembler uses %esp */
#define HEAP_BASE        0x100000000ull
#define DATAPORT_BASE    0x200000000ull
#define IPC_BUFFER_BASE  0x400000000ull
#define SYMBOL_INFO_BASE 0x400180000ull
#define BOOTINFO_BASE    0x4001a0000ull
#define CONFIG_BASE      0x480000000ull /* PCI's configuration space */
#define SYMBOLS_BASE     0x500000000ull

#define IPC_BUFFER_SIZE 1024
#define ALL_RIGHTS      (CAPDL_READ | CAPDL_WRITE | CAPDL_GRANT | CAPDL_GRANT_REPLY)
#define READ_WRITE      (CAPDL_READ | CAPDL_WRITE)

/* One capability and one mapping, by the indices of the objects. */
struct held_cap {
    unsigned cnode, object;
    uint64_t slot, badge;
    unsigned rights;
};

struct mapping {
    unsigned vspace, frame;
    uint64_t vaddr;
    unsigned rights, attributes;
};

struct object {
    enum capdl_type type;
    unsigned size_bits, flags;
    const char *name, *origin;
    uint64_t paddr;
    uint16_t first_port, last_port;
    unsigned ioapic, pin;
    bool level, active_low;
    uint64_t domain, pci;
};

/* A run of equal frames. */
struct frames {
    unsigned first, count; /* objects */
    unsigned bits;
    uint64_t offset; /* of the data in the first */
    uint64_t size;   /* as asked for */
    uint64_t paddr;
    bool cached;
};

struct layout_cap {
    const char *role;
    uint64_t slot, badge;
    const char *peer;
};

struct layout_region {
    const char *role;
    uint64_t vaddr; /* 0 = not mapped */
    struct frames frames;
    uint64_t first_slot; /* of the frames' capabilities, 0 = not held */
    bool writable;
    const char *peer;
    uint64_t peer_badge;
};

struct layout_region_list VEC(struct layout_region);

struct layout_end {
    struct end *end;
    struct VEC(struct layout_cap) caps;
    struct layout_region_list regions;
    unsigned thread_count;
};

enum thread_kind { THREAD_CONTROL, THREAD_INTERFACE, THREAD_FAULT };

struct layout_thread {
    const char *name;
    enum thread_kind kind;
    const struct layout_end *end;
    unsigned tcb, ipc_frame; /* objects */
    uint64_t tcb_slot, wake_slot, fault_slot;
    uint64_t stack, stack_size, ipc_buffer;
    unsigned priority, affinity;
    unsigned bound_notification; /* object, or CAPDL_NONE */
};

struct layout_untyped {
    uint64_t slot;
    unsigned size_bits;
    bool device, optional;
    uint64_t paddr;
    const char *origin;
};

struct layout_lock {
    const struct lock_decl *decl;
    uint64_t slot;
    int initial;
};

/* Kernel objects that an attribute asked for by itself (tcb_pool, ioports, …). */
struct layout_resource {
    const char *kind; /* suffix of CAMKES_RESOURCE_ */
    uint64_t slot, first, last, badge;
    const char *origin;
    bool optional;
};

/* One program: what every step of the layout and every emitter works on. */
struct layout_instance {
    struct compiler *cc;
    const struct instance *instance;
    unsigned index;
    unsigned cnode, vspace; /* objects */
    uint64_t next_slot;
    uint64_t cnode_slot, vspace_slot, asid_pool_slot, fault_slot;
    uint64_t kept_slot; /* the first of kept_callers empty ones */
    unsigned kept_callers;
    unsigned fault_endpoint;
    unsigned cnode_bits;
    uint64_t dataport_cursor, stack_cursor, ipc_cursor;
    unsigned ipc_frame;
    unsigned info_frame;
    uint64_t heap_mapped, heap_limit;
    uint64_t bootinfo_size;
    bool has_config_space;
    uint64_t global_used; /* badge bits of the global notification that are given away */
    struct VEC(struct layout_thread) threads;
    struct VEC(struct layout_end *) ends;
    struct VEC(struct layout_untyped) untypeds;
    struct layout_region_list dma; /* one or none */
    struct VEC(struct layout_lock) locks;
    struct VEC(struct layout_resource) resources;
};

struct layout_fill {
    unsigned frame, id, offset, size;
};

/* Who hears of an object's interrupts or faults, and by what badge. */
struct layout_signal {
    unsigned object, notification;
    uint64_t badge;
};

struct layout {
    struct VEC(struct object) objects;
    struct VEC(struct held_cap) caps;
    struct VEC(struct mapping) maps;
    struct VEC(struct layout_fill) fills;
    struct VEC(struct layout_signal) signals;
    struct VEC(struct layout_instance *) instances; /* those with code */
    struct VEC(unsigned) asid_pools;                /* objects */
    unsigned asid_pool_users;
};

/* Sets cc->layout. */
void build_layout(struct compiler *cc);

/* Building blocks (layout.c). */
unsigned layout_object(struct compiler *cc, enum capdl_type type, unsigned size_bits,
                       const char *name, const char *origin);
/* Puts a capability into the next free slot and returns that. */
uint64_t layout_cap(struct layout_instance *in, unsigned object, unsigned rights, uint64_t badge);
void layout_map(struct layout_instance *in, const struct frames *frames, uint64_t vaddr,
                unsigned rights);
struct frames layout_frames(struct compiler *cc, uint64_t size, const char *name,
                            const char *origin);
/* Reserves addresses for frames among the dataports. */
uint64_t layout_dataport_address(struct layout_instance *in, const struct frames *frames);
struct layout_end *layout_find_end(const struct end *end);
/* "vm0.heap.3": a name for something of the instance's. */
const char *layout_name(const struct layout_instance *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * An attribute that the compiler itself knows: `<prefix>_<name>`, or `<name>` where prefix is NULL.
 */
const struct setting *known_setting(const struct layout_instance *in, const char *prefix,
                                    const char *name);

/* layout_threads.c, layout_memory.c, layout_resources.c, layout_connections.c */
void layout_threads(struct layout_instance *in);
void layout_memory(struct layout_instance *in);
/* After the connections: memory to show a guest what they share. */
void layout_sharing(struct layout_instance *in);
/*
 * How many 2 MiB of a guest's memory its dataports may lie across: all of them, if it has devices
 * too, since memory cannot be moved under these.
 */
uint64_t layout_broken_up(const struct layout_instance *in);
/* How many devices of a guest's are behind the IOMMU. */
unsigned layout_devices(const struct layout_instance *in);
void layout_resources(struct layout_instance *in);
void layout_connections(struct compiler *cc);
/* layout_passthrough.c: after the connections, which say what notification the monitor hears. */
void layout_passthrough(struct layout_instance *in);
/* Overlaps of exclusive hardware, over all instances. */
void claim_hardware(struct compiler *cc, const char *what, uint64_t first, uint64_t last,
                    const char *owner, struct location at);
/* The same for a guest's devices, which may overlap each other within one guest. */
void claim_for_guest(struct compiler *cc, const char *what, uint64_t first, uint64_t last,
                     const char *owner, struct location at);
