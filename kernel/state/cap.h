/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capability: 16 bytes that say what object is meant and what may be done with it.
 *
 * Word 0 holds the kernel address of the object (48 bits, sign-extended; it always lies in the
 * physical window), the type, and ten bits that each type uses in its own way. Word 1 belongs to
 * the type. The accessors below are the only places that know the encodings.
 *
 *   type            flags (10 bits)                           data (64 bits)
 *   Untyped         size_bits (6) | device (bit 6)            free granules (43) | clean chunks
 * (21) Endpoint, Notification    rights (write 1, read 2, grant 4, grantreply 8)   badge CNode
 * radix (6)                                 guard, as in seL4_CNode_CapData Thread          - -
 *   Reply           may grant (1)                             -          (ptr: the caller's TCB)
 *   Zombie          radix (6) | thread (bit 6)                slot of the next zombie to clear
 *   Frame           size (2) | rights << 2 (2) | device << 4 | map kind << 5 (2)
 *                                                             mapped address (48) | ASID (16)
 *   page tables     mapped (1)                                mapped address (48) | ASID (16)
 *   ASIDPool        -                                         first ASID of the pool
 *   IRQHandler      -                                         interrupt number
 *   IOPort          -                                         first port | last port << 16
 *   VCPU, EPT, IO-space: see their files
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cap_type {
    CAP_NULL = 0,
    CAP_UNTYPED,
    CAP_ENDPOINT,
    CAP_NOTIFICATION,
    CAP_REPLY,
    CAP_CNODE,
    CAP_THREAD,
    CAP_ZOMBIE,
    CAP_IRQ_CONTROL,
    CAP_IRQ_HANDLER,
    CAP_DOMAIN,
    CAP_FRAME,
    CAP_PAGE_TABLE,
    CAP_PAGE_DIRECTORY,
    CAP_PDPT,
    CAP_PML4,
    CAP_ASID_CONTROL,
    CAP_ASID_POOL,
    CAP_IOPORT_CONTROL,
    CAP_IOPORT,
    CAP_IOSPACE,
    CAP_IO_PAGE_TABLE,
    CAP_VCPU,
    CAP_EPT_PML4,
    CAP_EPT_PDPT,
    CAP_EPT_PD,
    CAP_EPT_PT,
    CAP_TYPE_COUNT
};

struct cap {
    uint64_t ptr : 48;
    uint64_t type : 6;
    uint64_t flags : 10;
    uint64_t data;
};

_Static_assert(sizeof(struct cap) == 16, "a capability is two words");

/* Rights of endpoint and notification capabilities; the same bits as seL4_CapRights_t. */
#define CAP_RIGHT_WRITE       (1u << 0)
#define CAP_RIGHT_READ        (1u << 1)
#define CAP_RIGHT_GRANT       (1u << 2)
#define CAP_RIGHT_GRANT_REPLY (1u << 3)
#define CAP_RIGHTS_ALL        0xfu

static inline struct cap cap_null(void)
{
    return (struct cap){.type = CAP_NULL};
}

static inline struct cap cap_make(enum cap_type type, const void *object, unsigned flags,
                                  uint64_t data)
{
    return (struct cap){.ptr = (uint64_t)object, .type = type, .flags = flags, .data = data};
}

/*
 * The object's kernel address: window addresses have bit 47 set, so sign extension restores them.
 */
static inline uint64_t cap_addr(struct cap cap)
{
    return (uint64_t)((int64_t)((uint64_t)cap.ptr << 16) >> 16);
}

static inline void *cap_object(struct cap cap)
{
    return (void *)cap_addr(cap);
}

/* --- Untyped --- */
#define UNTYPED_DEVICE       (1u << 6)
#define UNTYPED_GRANULE_BITS 4  /* the smallest object */
#define UNTYPED_CHUNK_BITS   16 /* how much is cleared between two preemption checks */
#define UNTYPED_FREE_BITS    43

static inline struct cap cap_untyped(uint64_t addr, unsigned size_bits, bool device)
{
    return cap_make(CAP_UNTYPED, (void *)addr, size_bits | (device ? UNTYPED_DEVICE : 0), 0);
}

static inline unsigned cap_untyped_size_bits(struct cap cap)
{
    return cap.flags & 63;
}

static inline bool cap_untyped_device(struct cap cap)
{
    return cap.flags & UNTYPED_DEVICE;
}

/* Bytes already handed out from the bottom of the region. */
static inline uint64_t cap_untyped_free(struct cap cap)
{
    return (cap.data & ((1ull << UNTYPED_FREE_BITS) - 1)) << UNTYPED_GRANULE_BITS;
}

/* Bytes above the watermark that an interrupted Retype has already cleared. */
static inline uint64_t cap_untyped_clean(struct cap cap)
{
    return cap.data >> UNTYPED_FREE_BITS << UNTYPED_CHUNK_BITS;
}

static inline uint64_t cap_untyped_data(uint64_t free_bytes, uint64_t clean_bytes)
{
    const uint64_t most = (1ull << (64 - UNTYPED_FREE_BITS)) - 1;
    uint64_t chunks = clean_bytes >> UNTYPED_CHUNK_BITS;
    return (free_bytes >> UNTYPED_GRANULE_BITS) | (chunks < most ? chunks : most)
                                                      << UNTYPED_FREE_BITS;
}

/* --- CNode --- */
static inline struct cap cap_cnode(const void *slots, unsigned radix, uint64_t guard_word)
{
    return cap_make(CAP_CNODE, slots, radix, guard_word);
}

static inline unsigned cap_cnode_radix(struct cap cap)
{
    return cap.flags & 63;
}

static inline unsigned cap_cnode_guard_size(struct cap cap)
{
    return cap.data & 63;
}

static inline uint64_t cap_cnode_guard(struct cap cap)
{
    return cap.data >> 6;
}

/* --- Frame: what K1's page.c and the second-level tables share --- */
enum frame_size {
    FRAME_4K = 0,
    FRAME_2M = 1,
    FRAME_1G = 2,
};

enum frame_map {
    FRAME_UNMAPPED = 0,
    FRAME_VSPACE = 1,
    FRAME_SECOND_LEVEL = 2,
    FRAME_IOSPACE = 3,
};

#define FRAME_RIGHT_WRITE 1u
#define FRAME_RIGHT_READ  2u

static inline struct cap cap_frame(uint64_t addr, enum frame_size size, unsigned rights,
                                   bool device)
{
    return cap_make(CAP_FRAME, (void *)addr, size | rights << 2 | (unsigned)device << 4, 0);
}

static inline enum frame_size cap_frame_size(struct cap cap)
{
    return (enum frame_size)(cap.flags & 3);
}

static inline unsigned cap_frame_size_bits(struct cap cap)
{
    return 12 + 9 * (cap.flags & 3);
}

static inline unsigned cap_frame_rights(struct cap cap)
{
    return cap.flags >> 2 & 3;
}

static inline bool cap_frame_device(struct cap cap)
{
    return cap.flags >> 4 & 1;
}

static inline enum frame_map cap_frame_map(struct cap cap)
{
    return (enum frame_map)(cap.flags >> 5 & 3);
}

/* Where a frame or a table is mapped: a page-aligned address and the address space's ASID. */
static inline uint64_t cap_mapped_addr(struct cap cap)
{
    return (uint64_t)((int64_t)(cap.data << 16) >> 16);
}

static inline unsigned cap_mapped_asid(struct cap cap)
{
    return cap.data >> 48;
}

static inline uint64_t cap_mapping(uint64_t addr, unsigned asid)
{
    return (addr & 0xffffffffffffull) | (uint64_t)asid << 48;
}

static inline void cap_frame_set_map(struct cap *cap, enum frame_map map, uint64_t mapping)
{
    cap->flags = (cap->flags & ~(3u << 5)) | (unsigned)map << 5;
    cap->data = mapping;
}

#define TABLE_MAPPED 1u /* flags of page-table capabilities */

/* --- I/O ports --- */
static inline unsigned cap_ioport_first(struct cap cap)
{
    return cap.data & 0xffff;
}

static inline unsigned cap_ioport_last(struct cap cap)
{
    return cap.data >> 16 & 0xffff;
}
