/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device model sees of the world, and nothing more: a clock and timers (timer.h), ranges of
 * ports and memory (bus.h), interrupt lines. Models written against this header run unchanged in
 * the monitor and in host tests under sanitizers and fuzzers.
 */
#pragma once

#include <vmm/bus.h>
#include <vmm/timer.h>
#include <base/bits.h>

/* The far end of a wire. The model that drives it says only whether it is high. */
struct irq_line {
    void (*set)(void *ctx, unsigned line, bool high);
    void *ctx;
    unsigned line;
};

static inline void irq_line_set(const struct irq_line *irq, bool high)
{
    irq->set(irq->ctx, irq->line, high);
}
