/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that shares memory and events with components (vmm/crossvm.h): the machine around it, and
 * a model of who owns each of its pages, which checks every exchange.
 */
#pragma once

#include "world_machine.h"

#include <vmm/crossvm.h>

#define LOW_BYTES  MIB(8)
#define HIGH_BYTES MIB(4)

#define SMALL 1 /* one page */
#define LARGE 2 /* eight pages */
#define HUGE  7 /* two pages of 2 MiB */

extern unsigned show_error;

void world_set_up(void);
void world_tear_down(void);

/* The hypercall; what the guest finds in RAX. */
int64_t call(unsigned token, uint64_t command, uint64_t id, uint64_t address, uint64_t size);

/* Does the machine tell the guest of an event? */
bool interrupts(void);
/* Pages. */
unsigned count_shared(void);

/*
 * A step of a hostile guest, of its machine, or of a component: what it is, say the numbers, of so
 * many bytes each. Whether the guest got what it asked for.
 */
bool world_step(uint64_t (*number)(unsigned bytes));
/* Undoes all steps, and checks that nothing is left of them. */
void world_forget(void);
