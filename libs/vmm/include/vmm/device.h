/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device model sees of the world, and nothing more: a clock, timers, interrupt lines, port
 * ranges and memory ranges. Models written against this header run unchanged in the monitor and
 * in host tests under sanitizers and fuzzers. All times are in ticks of the time stamp counter.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- time ------------------------------------------------------------------------------------ */

#define CLOCK_SHIFT 30

struct clock {
    uint64_t (*now)(void *ctx); /* ticks */
    void *ctx;
    uint64_t hz;
    uint64_t ns_per_tick; /* both scaled by 2^CLOCK_SHIFT */
    uint64_t ticks_per_ns;
};

void clock_init(struct clock *clock, uint64_t (*now)(void *), void *ctx, uint64_t hz);

static inline uint64_t clock_now(const struct clock *clock)
{
    return clock->now(clock->ctx);
}

static inline uint64_t clock_to_ns(const struct clock *clock, uint64_t ticks)
{
    return (uint64_t)(((unsigned __int128)ticks * clock->ns_per_tick) >> CLOCK_SHIFT);
}

static inline uint64_t clock_from_ns(const struct clock *clock, uint64_t ns)
{
    return (uint64_t)(((unsigned __int128)ns * clock->ticks_per_ns) >> CLOCK_SHIFT);
}

/* --- timers ---------------------------------------------------------------------------------- */

#define TIMER_NEVER UINT64_MAX
#define TIMERS_MAX  8

/* One deadline of one device. It fires once; fire() arms it again if it wants to. */
struct timer {
    uint64_t deadline;
    void (*fire)(void *ctx, uint64_t now);
    void *ctx;
    struct timers *owner;
};

/* All timers of one machine; `next` is the earliest deadline and costs one comparison to test. */
struct timers {
    uint64_t next;
    unsigned count;
    struct timer *timer[TIMERS_MAX];
};

void timers_init(struct timers *timers);
void timer_init(struct timer *timer, struct timers *timers, void (*fire)(void *, uint64_t),
                void *ctx);
void timer_arm(struct timer *timer, uint64_t deadline);
void timer_disarm(struct timer *timer);
/* Fire everything that is due at `now`. */
void timers_run(struct timers *timers, uint64_t now);

/* --- interrupt lines ------------------------------------------------------------------------- */

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

/* --- ports ----------------------------------------------------------------------------------- */

#define PORT_RANGES_MAX 64

/*
 * A range of ports. Wider accesses than `width` bytes are split by the bus, so a byte device never
 * sees one. in() and out() get the absolute port.
 */
struct port_range {
    const char *name;
    uint16_t first, last;
    uint8_t width;
    uint32_t (*in)(void *ctx, uint16_t port, unsigned size);
    void (*out)(void *ctx, uint16_t port, unsigned size, uint32_t value);
    void *ctx;
};

struct port_bus {
    /* Called once for each port that nobody claims; may be null. */
    void (*unclaimed)(void *ctx, uint16_t port, unsigned size, bool write, uint32_t value);
    void *ctx;
    unsigned count;
    struct port_range range[PORT_RANGES_MAX]; /* entry 0 stands for "nobody" */
    uint8_t index[65536];                     /* port to entry of range[] */
    uint8_t seen[65536 / 8];                  /* unclaimed ports already reported */
};

void port_bus_init(struct port_bus *bus);
/* Later ranges win over earlier ones. Returns 0 or -ENOSPC, -EINVAL. */
int port_bus_add(struct port_bus *bus, const struct port_range *range);
uint32_t port_bus_in(struct port_bus *bus, uint16_t port, unsigned size);
void port_bus_out(struct port_bus *bus, uint16_t port, unsigned size, uint32_t value);

/* --- memory-mapped registers ----------------------------------------------------------------- */

#define MMIO_RANGES_MAX 32

/* Accesses arrive with 1, 2, 4 or 8 bytes and never leave the range. */
struct mmio_range {
    const char *name;
    uint64_t base, size;
    uint64_t (*read)(void *ctx, uint64_t offset, unsigned size);
    void (*write)(void *ctx, uint64_t offset, unsigned size, uint64_t value);
    void *ctx;
};

struct mmio_bus {
    unsigned count;
    struct mmio_range range[MMIO_RANGES_MAX];
};

void mmio_bus_init(struct mmio_bus *bus);
int mmio_bus_add(struct mmio_bus *bus, const struct mmio_range *range);
/* Unclaimed addresses read all ones and drop writes; the result says whether somebody answered. */
bool mmio_bus_read(struct mmio_bus *bus, uint64_t address, unsigned size, uint64_t *value);
bool mmio_bus_write(struct mmio_bus *bus, uint64_t address, unsigned size, uint64_t value);
