/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables, the task-state segment, and the system-call registers of each core.
 */
#pragma once

struct core;

/* Gives `core`, which is the one running, its stacks and tables, and lets GS base point to it. */
void segments_init_core(struct core *core);

/* The pages below the stacks, which must not be mapped; NULL after the last. */
const void *segments_guard(unsigned i);
/* How many bytes of its kernel stack, zero at first, the core has ever used. */
unsigned segments_stack_used(const struct core *core);
