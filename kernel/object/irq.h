/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts as objects: who is told of which. Numbers are those of cpu/vectors.h.
 */
#pragma once

#include <stdint.h>

struct notification;

/* The interrupt of `vector` has arrived: ends the time slice, or tells who waits for it. */
void irq_dispatch(uint64_t vector);

/*
 * An interrupt that is nobody's: it is ended, and the console tells of the first, the second, the
 * fourth, and so on.
 */
void irq_ignore(uint64_t vector);

/* The notification's badges have been taken: functions that are held back for it may go on. */
void irq_received(struct notification *n);

/*
 * The kernel runs with interrupts off. Where one is known to wait (a guest was left because of it),
 * this takes and dispatches it; the caller does the scheduling. Without one it returns at once.
 */
void irq_take_pending(void);
