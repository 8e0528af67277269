/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control over the kernel objects that fake_objects.c imitates.
 */
#pragma once

#include <sel4/sel4.h>

#define FAKE_ROOT  1 /* the CNode */
#define FAKE_SLOTS 8192

/* Forgets everything. */
void fake_objects_reset(void);
/* Puts an untyped of `size_bits` at `paddr` into `slot`. */
void fake_add_untyped(seL4_CPtr slot, unsigned size_bits, uint64_t paddr);
/* Makes `slot` the root of an empty address space. */
void fake_add_space(seL4_CPtr slot);

bool fake_slot_empty(seL4_CPtr slot);
uint64_t fake_paddr(seL4_CPtr slot);
seL4_Word fake_type(seL4_CPtr slot);
unsigned fake_capabilities(void);
/* The frame mapped at an address of a space, 0 = none, and how many tables the space has. */
seL4_CPtr fake_mapped(seL4_CPtr root, seL4_Word vaddr);
unsigned fake_tables(seL4_CPtr root);
/* Makes the retype call number `n` from now fail with seL4_NotEnoughMemory; 0 = none. */
void fake_fail_retype(unsigned n);
