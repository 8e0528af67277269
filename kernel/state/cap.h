/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capability: 16 bytes that say what object is meant and what may be done with it.
 *
 * Word 0 holds the kernel address of the object (48 bits, sign-extended; it always lies in the
 * physical window), the type, and ten bits of flags. Word 1 is data. What flags and data mean
 * depends on the type; nothing but the functions below knows the encodings. Numbers in parentheses
 * are widths in bits, fields follow each other from bit 0 up.
 *
 *   type            flags                                  data
 *   --------------  -------------------------------------  ------------------------------------
 *   Untyped         size_bits (6), device (1)              free granules (43), clean chunks (21)
 *   Endpoint        rights: write, read, grant,            badge
 *   Notification      grant reply (1 each)                 badge
 *   Reply           grant (1)                              0; the object is the caller's TCB
 *   CNode           radix (6)                              guard size (6), guard (58)
 *   Zombie          radix (6), thread (1)                  next of the list (48), part of the
 *                                                            previous (16): object/delete.c
 *   Frame           size (2), write (1), read (1),         where it is mapped
 *                     device (1), mapped in (2)
 *   PML4, EPTPML4   has an ASID (1)                        page 0, and its own name
 *   page tables     mapped (1)                             where it is mapped
 *   EPT tables      mapped (1)                             where it is mapped
 *   IOPageTable     mapped (1), level (3) of the table     where it is mapped
 *                     in which its entry stands
 *   IOSpace         is for a device (1)                    device (16), the domain that was asked
 *                                                            for (16), 0 (3), and its own name
 *   ASIDPool        0                                      first ASID of the pool
 *   IRQHandler      0                                      interrupt number; there is no object
 *   IOPort          0                                      first port (16), last port (16), place
 *                                                            with a VCPU (32); instead of an
 *                                                            object the VCPU, or NULL
 *   Thread, VCPU    0                                      0
 *   controls        0                                      0; there is no object
 *
 * Where something is mapped: page (35), and the name of the address space: its generation (17) and
 * ASID (12). The longest addresses are those of programs, which have 47 bits.
 */
#pragma once

#include <base/bits.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are those that seL4_DebugCapIdentify() gives on seL4, whose own these are there. */
enum cap_type {
    CAP_NULL = 0,
    CAP_UNTYPED = 2,
    CAP_ENDPOINT = 4,
    CAP_NOTIFICATION = 6,
    CAP_REPLY = 8,
    CAP_CNODE = 10,
    CAP_THREAD = 12,
    CAP_IRQ_CONTROL = 14,
    CAP_IRQ_HANDLER = 16,
    CAP_ZOMBIE = 18,
    CAP_DOMAIN = 20,
    CAP_FRAME = 1,
    CAP_PAGE_TABLE = 3,
    CAP_PAGE_DIRECTORY = 5,
    CAP_PDPT = 7,
    CAP_PML4 = 9,
    CAP_ASID_CONTROL = 11,
    CAP_ASID_POOL = 13,
    CAP_IOSPACE = 15,
    CAP_IO_PAGE_TABLE = 17,
    CAP_IOPORT = 19,
    CAP_VCPU = 21,
    CAP_EPT_PT = 23,
    CAP_EPT_PD = 25,
    CAP_EPT_PDPT = 27,
    CAP_EPT_PML4 = 29,
    CAP_IOPORT_CONTROL = 31,
    CAP_TYPE_COUNT
};

struct vcpu;

struct cap {
    uint64_t ptr : 48;
    uint64_t type : 6;
    uint64_t flags : 10;
    uint64_t data;
};

_Static_assert(sizeof(struct cap) == 16, "a capability is two words");

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

/* --- Read in one piece, for the fast path --- */

/* Type and flags in one number, as they stand in the top of the first word. */
#define CAP_HEAD(type, flags) ((type) | (flags) << 6)
#define CAP_HEAD_TYPE         63u
#define CAP_HEAD_FLAGS(head)  ((head) >> 6)

static inline unsigned cap_head(const struct cap *cap)
{
    return ((const uint16_t *)cap)[3];
}

static inline void *cap_object_quick(const struct cap *cap)
{
    return (void *)(*(const int64_t *)cap << 16 >> 16);
}

static inline bool cap_equal(const struct cap *a, const struct cap *b)
{
    const uint64_t *x = (const uint64_t *)a, *y = (const uint64_t *)b;
    return x[0] == y[0] && x[1] == y[1];
}

/* --- Untyped --- */
#define UNTYPED_DEVICE       BIT(6)
#define UNTYPED_GRANULE_BITS 4  /* the smallest object */
#define UNTYPED_CHUNK_BITS   14 /* how much is cleared between two preemption checks */
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
    return (cap.data & MASK(UNTYPED_FREE_BITS)) << UNTYPED_GRANULE_BITS;
}

/* Bytes above the watermark that an interrupted Retype has already cleared. */
static inline uint64_t cap_untyped_clean(struct cap cap)
{
    return cap.data >> UNTYPED_FREE_BITS << UNTYPED_CHUNK_BITS;
}

static inline void cap_untyped_set(struct cap *cap, uint64_t free_bytes, uint64_t clean_bytes)
{
    uint64_t chunks = MIN(clean_bytes >> UNTYPED_CHUNK_BITS, MASK(64 - UNTYPED_FREE_BITS));
    cap->data = free_bytes >> UNTYPED_GRANULE_BITS | chunks << UNTYPED_FREE_BITS;
}

/* --- Endpoint, notification, reply --- */
/* Rights; the same bits as in seL4_CapRights_t. */
#define CAP_RIGHT_WRITE       (1u << 0)
#define CAP_RIGHT_READ        (1u << 1)
#define CAP_RIGHT_GRANT       (1u << 2)
#define CAP_RIGHT_GRANT_REPLY (1u << 3)
#define CAP_RIGHTS_ALL        0xfu

#define REPLY_GRANT 1u

static inline unsigned cap_rights(struct cap cap)
{
    return cap.flags & CAP_RIGHTS_ALL;
}

/* It is of that type and has these rights. */
static inline bool cap_is(struct cap cap, enum cap_type type, unsigned rights)
{
    return cap.type == type && (cap.flags & rights) == rights;
}

static inline void cap_mask(struct cap *cap, unsigned rights)
{
    cap->flags &= rights & CAP_RIGHTS_ALL;
}

static inline uint64_t cap_badge(struct cap cap)
{
    return cap.data;
}

static inline void cap_set_badge(struct cap *cap, uint64_t badge)
{
    cap->data = badge;
}

/*
 * XOR of a caller's address with this is the first word of the reply capability to it; the second
 * word is zero. Kernel addresses begin with sixteen ones.
 */
static inline uint64_t cap_reply_mask(bool grant)
{
    return (uint64_t)(0xffff ^ CAP_HEAD(CAP_REPLY, grant ? REPLY_GRANT : 0)) << 48;
}

/* Makes an empty capability a reply capability, with a mask of that kind. */
static inline void cap_set_reply(struct cap *cap, const void *caller, uint64_t mask)
{
    *(uint64_t *)cap = (uint64_t)caller ^ mask;
}

/* The way back: it is used up. */
static inline void cap_clear_reply(struct cap *cap)
{
    *(uint64_t *)cap = 0;
}

static inline bool cap_reply_grant(struct cap cap)
{
    return cap.flags & REPLY_GRANT;
}

/* --- CNode --- */
#define CNODE_GUARD_SIZE_BITS 6

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
    return cap.data & MASK(CNODE_GUARD_SIZE_BITS);
}

static inline uint64_t cap_cnode_guard(struct cap cap)
{
    return cap.data >> CNODE_GUARD_SIZE_BITS;
}

/* `word` is a seL4_CNode_CapData; bits of the guard beyond its size do not count. */
static inline void cap_cnode_set_guard(struct cap *cap, uint64_t word)
{
    unsigned size = word & MASK(CNODE_GUARD_SIZE_BITS);
    uint64_t guard = word >> CNODE_GUARD_SIZE_BITS & MASK(size);
    cap->data = guard << CNODE_GUARD_SIZE_BITS | size;
}

/* --- Zombie: a CNode (of 2^radix slots) or a thread that is being cleared --- */
#define ZOMBIE_THREAD (1u << 6)

static inline struct cap cap_zombie(const void *container, bool thread, unsigned radix)
{
    return cap_make(CAP_ZOMBIE, container, thread ? ZOMBIE_THREAD : radix, 0);
}

static inline bool cap_zombie_is_thread(struct cap cap)
{
    return cap.flags & ZOMBIE_THREAD;
}

static inline unsigned cap_zombie_radix(struct cap cap)
{
    return cap.flags & 63;
}

#define ZOMBIE_NEXT_BITS 48

static inline void *cap_zombie_next(struct cap cap)
{
    return (void *)((int64_t)(cap.data << 16) >> 16);
}

static inline void cap_zombie_set_next(struct cap *cap, const void *next)
{
    cap->data = (cap->data & ~MASK(ZOMBIE_NEXT_BITS)) | ((uint64_t)next & MASK(ZOMBIE_NEXT_BITS));
}

/* --- Where frames and tables are mapped --- */

#define MAPPED_PAGE_BITS     35
#define ASID_GENERATION_BITS 17
#define ASID_BITS            12

/* A page-aligned address, and the name of the address space (state/vspace.h). */
static inline uint64_t cap_mapping(uint64_t addr, uint64_t name)
{
    return addr >> PAGE_BITS_4K | name << MAPPED_PAGE_BITS;
}

static inline uint64_t cap_mapped_addr(struct cap cap)
{
    return (cap.data & MASK(MAPPED_PAGE_BITS)) << PAGE_BITS_4K;
}

static inline uint64_t cap_mapped_name(struct cap cap)
{
    return cap.data >> MAPPED_PAGE_BITS;
}

static inline unsigned cap_mapped_asid(struct cap cap)
{
    return cap.data >> (MAPPED_PAGE_BITS + ASID_GENERATION_BITS);
}

/* --- Frame --- */
enum frame_size {
    FRAME_4K = 0,
    FRAME_2M = 1,
    FRAME_1G = 2,
};

/* What a frame is mapped in. */
enum space_kind { SPACE_NONE = 0, SPACE_USER = 1, SPACE_GUEST = 2, SPACE_IO = 3, SPACE_KINDS };

#define FRAME_RIGHT_WRITE 1u
#define FRAME_RIGHT_READ  2u
#define FRAME_RIGHTS_ALL  (FRAME_RIGHT_WRITE | FRAME_RIGHT_READ)

#define FRAME_RIGHTS_SHIFT 2
#define FRAME_DEVICE       (1u << 4)
#define FRAME_SPACE_SHIFT  5
/* The flags of a new frame of RAM. */
#define FRAME_FLAGS(size)  ((size) | FRAME_RIGHTS_ALL << FRAME_RIGHTS_SHIFT)

static inline enum frame_size cap_frame_size(struct cap cap)
{
    return (enum frame_size)(cap.flags & 3);
}

static inline unsigned cap_frame_size_bits(struct cap cap)
{
    return PAGE_BITS_4K + 9 * (cap.flags & 3);
}

static inline unsigned cap_frame_rights(struct cap cap)
{
    return cap.flags >> FRAME_RIGHTS_SHIFT & FRAME_RIGHTS_ALL;
}

static inline void cap_frame_mask_rights(struct cap *cap, unsigned rights)
{
    cap->flags &= ~((FRAME_RIGHTS_ALL & ~rights) << FRAME_RIGHTS_SHIFT);
}

static inline bool cap_frame_device(struct cap cap)
{
    return cap.flags & FRAME_DEVICE;
}

static inline void cap_frame_set_device(struct cap *cap)
{
    cap->flags |= FRAME_DEVICE;
}

static inline enum space_kind cap_frame_space(struct cap cap)
{
    return (enum space_kind)(cap.flags >> FRAME_SPACE_SHIFT & 3);
}

static inline void cap_frame_set_map(struct cap *cap, enum space_kind kind, uint64_t mapping)
{
    cap->flags = (cap->flags & ~(3u << FRAME_SPACE_SHIFT)) | (unsigned)kind << FRAME_SPACE_SHIFT;
    cap->data = mapping;
}

/* --- Tables of both kinds, roots included: those are "mapped" when they have an ASID --- */
#define TABLE_MAPPED 1u

static inline bool cap_table_mapped(struct cap cap)
{
    return cap.flags & TABLE_MAPPED;
}

static inline void cap_table_set_map(struct cap *cap, uint64_t mapping)
{
    cap->flags |= TABLE_MAPPED;
    cap->data = mapping;
}

static inline void cap_table_unmap(struct cap *cap)
{
    cap->flags &= ~TABLE_MAPPED;
    cap->data = 0;
}

/* I/O page tables have one type for all levels. */
#define IO_TABLE_LEVEL_SHIFT 1

static inline unsigned cap_io_table_level(struct cap cap)
{
    return cap.flags >> IO_TABLE_LEVEL_SHIFT;
}

static inline void cap_io_table_set_level(struct cap *cap, unsigned level)
{
    cap->flags = (cap->flags & TABLE_MAPPED) | level << IO_TABLE_LEVEL_SHIFT;
}

/* The badge that makes an IOSpace that of a device is, in "where it is mapped", the page. */
static inline struct cap cap_iospace(uint32_t badge)
{
    return cap_make(CAP_IOSPACE, NULL, TABLE_MAPPED,
                    cap_mapping((uint64_t)badge << PAGE_BITS_4K, 0));
}

static inline uint16_t cap_iospace_device(struct cap cap)
{
    return (uint16_t)(cap_mapped_addr(cap) >> PAGE_BITS_4K);
}

static inline struct cap cap_asid_pool(const void *pool, unsigned first_asid)
{
    return cap_make(CAP_ASID_POOL, pool, 0, first_asid);
}

static inline unsigned cap_asid_pool_first(struct cap cap)
{
    return (unsigned)cap.data;
}

/* --- Interrupts and I/O ports --- */
static inline struct cap cap_irq_handler(unsigned irq)
{
    return cap_make(CAP_IRQ_HANDLER, NULL, 0, irq);
}

static inline unsigned cap_irq(struct cap cap)
{
    return (unsigned)cap.data;
}

/* Both ends included. */
static inline struct cap cap_ioport(unsigned first, unsigned last)
{
    return cap_make(CAP_IOPORT, NULL, 0, first | (uint64_t)last << 16);
}

static inline unsigned cap_ioport_first(struct cap cap)
{
    return cap.data & 0xffff;
}

static inline unsigned cap_ioport_last(struct cap cap)
{
    return cap.data >> 16 & 0xffff;
}

/*
 * The VCPU whose guest may use the ports itself, or NULL, and where that one notes the capability's
 * slot (virt/vcpu.h). Copies have none.
 */
static inline struct vcpu *cap_ioport_vcpu(struct cap cap)
{
    return cap_object(cap);
}

static inline unsigned cap_ioport_place(struct cap cap)
{
    return cap.data >> 32;
}

static inline void cap_ioport_set_vcpu(struct cap *cap, const struct vcpu *vcpu, unsigned place)
{
    cap->ptr = (uint64_t)vcpu;
    cap->data = (uint32_t)cap->data | (uint64_t)place << 32;
}

static inline bool cap_ioport_same(struct cap a, struct cap b)
{
    return (uint32_t)a.data == (uint32_t)b.data;
}
