/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor on seL4: makes the VCPU, the guest's address space and its RAM out of the instance's
 * untyped memory.
 */
#pragma once

#include <vmm/crossvm.h>
#include <vmm/vmm.h>

struct alloc;
struct sel4_ram;

/* Where guest-physical 0 and 4 GiB appear in the monitor's address space. */
#define VMM_GUEST_WINDOW 0x1000000000ull

/* Here the monitor sees RAM that it moves. */
#define VMM_MOVING_WINDOW (VMM_GUEST_WINDOW - GIB(1))

/* And from here on registers of real devices that it reads and writes itself. */
#define VMM_DEVICE_WINDOW (VMM_GUEST_WINDOW - GIB(2))

struct sel4_host {
    struct alloc *alloc;
    uint64_t tcb; /* the calling thread, which will run the guest */
    uint64_t vcpu, ept_root;
    /*
     * Set it before there is RAM if the guest is to be shown dataports in place of RAM; large pages
     * cost less.
     */
    bool shares;
    /* The same if it has devices that reach the RAM: then it stays where it is for good. */
    bool devices;
    struct sel4_ram *ram; /* how it is backed, with either */
};

/*
 * Create the VCPU and the address space, with an ASID of `asid_pool`, and bind them to the thread.
 * Returns 0 or a negative errno, after telling `complain` why in words.
 */
int sel4_host_create(struct sel4_host *host, struct alloc *alloc, uint64_t tcb, uint64_t asid_pool,
                     void (*complain)(const char *text));

/*
 * Back `bytes` of guest RAM, a multiple of 4 KiB, in the largest pages that there are, and map it
 * for guest and monitor. RAM that does not fit below the device hole goes above 4 GiB. *got says
 * how far it came if memory ran out (-ENOMEM).
 */
int sel4_host_add_ram(struct sel4_host *host, uint64_t bytes, struct guest_memory *memory,
                      uint64_t *got);

/*
 * The same, where devices reach memory at the machine's addresses: 1 MiB from 0 on, for what a PC
 * has there, and [start, end), of whole 2 MiB below the device hole, which are at these addresses
 * in the machine, too; the allocator has them as device memory. They never move.
 */
int sel4_host_add_fixed_ram(struct sel4_host *host, uint64_t start, uint64_t end,
                            struct guest_memory *memory, uint64_t *got);

/*
 * What crossvm_add_dataport() takes as `ctx`: a component's frames of BIT(bits) bytes each, to be
 * shown to the guest. The memory is from malloc(). Null: there is no memory, or no slots.
 */
struct sel4_dataport *sel4_host_dataport(struct sel4_host *host, const uint64_t *frames,
                                         unsigned count, unsigned bits, bool writable);

/*
 * How dataports are shown. RAM is mapped in pages of 2 MiB; around a smaller page of a dataport
 * those are broken up, and the guest's memory moves into small ones, as long as something is shown
 * there. The monitor itself goes on seeing the RAM below: so nothing that a component writes
 * changes under the monitor's hands, and nothing that the monitor does for its guest gets into a
 * dataport.
 */
extern const struct crossvm_memory sel4_host_sharing;
