/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor on seL4: makes the VCPU, the guest's address space and its RAM out of the instance's
 * untyped memory.
 */
#pragma once

#include <vmm/vmm.h>

struct alloc;

/* Where guest-physical 0 and 4 GiB appear in the monitor's address space. */
#define VMM_GUEST_WINDOW 0x1000000000ull

struct sel4_host {
    struct alloc *alloc;
    uint64_t tcb; /* the calling thread, which will run the guest */
    uint64_t vcpu, ept_root;
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
