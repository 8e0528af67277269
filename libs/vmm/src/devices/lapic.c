/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC (lapic.h). Section numbers are those of the Intel SDM, volume 3A.
 */
#include "lapic_private.h"

#include <string.h>

#define VERSION_VALUE        0x00050014u /* integrated APIC, 6 LVT entries */
#define LVT_LEVEL            BIT(15)
#define TIMER_PERIODIC       BIT(17)
#define ESR_RECEIVED_ILLEGAL BIT(6)
#define FIRST_VECTOR         16
#define BASE_RESERVED        (BIT(9) | 0xff)

bool lapic_enabled(const struct lapic *lapic)
{
    return (lapic->base & APIC_BASE_ENABLE) && (lapic->reg[LAPIC_SVR] & SVR_ENABLE);
}

bool lapic_is_x2apic(const struct lapic *lapic)
{
    return lapic->base & APIC_BASE_X2APIC;
}

/* The highest set bit, or -1. There is none above `vector`. */
static int top_of(const uint32_t *bits, int vector)
{
    for (int word = vector / 32; word >= 0; word--)
        if (bits[word])
            return word * 32 + 31 - __builtin_clz(bits[word]);
    return -1;
}

static void set_requested(struct lapic *lapic, uint8_t vector, bool level)
{
    uint32_t mask = BIT(vector % 32);

    lapic->requests += !(lapic->irr[vector / 32] & mask);
    lapic->irr[vector / 32] |= mask;
    if (level)
        lapic->tmr[vector / 32] |= mask;
    else
        lapic->tmr[vector / 32] &= ~mask;
    if (vector > lapic->irr_top)
        lapic->irr_top = vector;
}

void lapic_report_error(struct lapic *lapic, uint32_t error)
{
    uint32_t lvt = lapic->reg[LAPIC_LVT_ERROR];

    if (!lapic->errors && !(lvt & LVT_MASKED) && lapic_enabled(lapic) &&
        (uint8_t)lvt >= FIRST_VECTOR)
        set_requested(lapic, (uint8_t)lvt, false);
    lapic->errors |= error;
}

bool lapic_request(struct lapic *lapic, uint8_t vector, bool level)
{
    if (vector < FIRST_VECTOR) {
        lapic_report_error(lapic, ESR_RECEIVED_ILLEGAL);
        return false;
    }
    set_requested(lapic, vector, level);
    return true;
}

bool lapic_deliver(struct lapic *lapic, unsigned mode, uint8_t vector, bool level)
{
    if (!(lapic->base & APIC_BASE_ENABLE))
        return false;
    switch (mode) {
    case APIC_MODE_FIXED:
    case APIC_MODE_LOWEST: /* by software switched off, it takes the others only (10.4.7.2) */
        return lapic_enabled(lapic) && lapic_request(lapic, vector, level);
    case APIC_MODE_NMI:
        lapic->ops.nmi(lapic->ops.ctx);
        return true;
    case APIC_MODE_INIT:
        lapic->ops.reset(lapic->ops.ctx);
        return true;
    default: /* SMI and SIPI mean nothing to a running CPU without SMM */
        return false;
    }
}

bool lapic_addressed(const struct lapic *lapic, uint32_t destination, bool logical)
{
    uint32_t ldr = lapic->reg[LAPIC_LDR];

    if (lapic_is_x2apic(lapic)) {
        if (destination == UINT32_MAX || (!logical && destination == 0xff))
            return true;
        /* Logical id of CPU 0: cluster 0, bit 0 (10.12.10.2). */
        return logical ? destination >> 16 == 0 && (destination & 1) : destination == 0;
    }
    destination &= 0xff;
    if (destination == 0xff)
        return true;
    if (!logical)
        return destination == lapic->reg[LAPIC_ID] >> 24;
    ldr >>= 24;
    if (lapic->reg[LAPIC_DFR] >> 28 == 0xf) /* flat model */
        return destination & ldr;
    return destination >> 4 == ldr >> 4 && (destination & ldr & 0xf);
}

void lapic_set_extint(struct lapic *lapic, bool high)
{
    uint32_t lvt = lapic->reg[LAPIC_LVT_LINT0];
    bool rise = high && !lapic->extint;

    lapic->extint = high;
    /* LINT0 may also be programmed as an ordinary fixed or NMI input. */
    if (rise && lapic_enabled(lapic) && !(lvt & LVT_MASKED) && (lvt >> 8 & 7) != APIC_MODE_EXTINT)
        lapic_deliver(lapic, lvt >> 8 & 7, (uint8_t)lvt, lvt & LVT_LEVEL);
}

bool lapic_accepts_extint(const struct lapic *lapic)
{
    uint32_t lvt = lapic->reg[LAPIC_LVT_LINT0];

    if (!(lapic->base & APIC_BASE_ENABLE))
        return true;
    return !(lvt & LVT_MASKED) && (lvt >> 8 & 7) == APIC_MODE_EXTINT;
}

void lapic_accept(struct lapic *lapic, uint8_t vector)
{
    uint32_t mask = BIT(vector % 32);

    lapic->requests -= (lapic->irr[vector / 32] & mask) != 0;
    lapic->irr[vector / 32] &= ~mask;
    lapic->irr_top = lapic->requests ? top_of(lapic->irr, lapic->irr_top) : -1;
    lapic->isr[vector / 32] |= mask;
    lapic->isr_top = vector; /* only a higher class than the one in service is ever taken */
}

void lapic_end_of_interrupt(struct lapic *lapic)
{
    int vector = lapic->isr_top;
    uint32_t mask;

    if (vector < 0)
        return;
    mask = BIT(vector % 32);
    lapic->isr[vector / 32] &= ~mask;
    lapic->isr_top = top_of(lapic->isr, vector);
    if (lapic->tmr[vector / 32] & mask)
        lapic->ops.eoi(lapic->ops.ctx, (uint8_t)vector);
}

/* --- Timer (10.5.4) --- */

static unsigned divider_shift(const struct lapic *lapic)
{
    uint32_t divide = lapic->reg[LAPIC_TIMER_DIVIDE];

    return (((divide & 3) | (divide >> 1 & 4)) + 1) & 7;
}

static uint64_t timer_period(const struct lapic *lapic)
{
    uint64_t counts = (uint64_t)lapic->reg[LAPIC_TIMER_INITIAL] << divider_shift(lapic);

    return clock_from_ns(lapic->clock, counts * (1000000000ull / LAPIC_TIMER_HZ));
}

static void timer_fire(void *ctx, uint64_t now)
{
    struct lapic *lapic = ctx;
    uint32_t lvt = lapic->reg[LAPIC_LVT_TIMER];

    if ((lvt & TIMER_MODE) == TIMER_DEADLINE) {
        lapic->tsc_deadline = 0;
    } else if (lvt & TIMER_PERIODIC) {
        uint64_t period = timer_period(lapic);

        /* Ticks missed while the guest could not run are merged into one. */
        if (period) {
            lapic->timer_start += period;
            if (lapic->timer_start + period <= now)
                lapic->timer_start = now;
            timer_arm(&lapic->timer, lapic->timer_start + period);
        }
    }
    if (!(lvt & LVT_MASKED) && lapic_enabled(lapic))
        lapic_request(lapic, (uint8_t)lvt, false);
}

void lapic_timer_restart(struct lapic *lapic, uint64_t now)
{
    lapic->timer_start = now;
    if ((lapic->reg[LAPIC_LVT_TIMER] & TIMER_MODE) == TIMER_DEADLINE)
        return;
    if (lapic->reg[LAPIC_TIMER_INITIAL])
        timer_arm(&lapic->timer, now + timer_period(lapic));
    else
        timer_disarm(&lapic->timer);
}

uint32_t lapic_timer_current(const struct lapic *lapic)
{
    uint64_t counts, initial = lapic->reg[LAPIC_TIMER_INITIAL];

    if (!initial || lapic->timer.deadline == TIMER_NEVER ||
        (lapic->reg[LAPIC_LVT_TIMER] & TIMER_MODE) == TIMER_DEADLINE)
        return 0;
    counts = clock_to_ns(lapic->clock, clock_now(lapic->clock) - lapic->timer_start) >>
             divider_shift(lapic);
    return counts < initial ? (uint32_t)(initial - counts) : 0;
}

void lapic_deadline_write(struct lapic *lapic, uint64_t tsc)
{
    if ((lapic->reg[LAPIC_LVT_TIMER] & TIMER_MODE) != TIMER_DEADLINE)
        return;
    lapic->tsc_deadline = tsc;
    timer_arm(&lapic->timer, tsc ? tsc : TIMER_NEVER);
}

/* Power-on state (10.4.7.1). */
static void lapic_reset(struct lapic *lapic)
{
    memset(lapic->reg, 0, sizeof(lapic->reg));
    memset(lapic->irr, 0, sizeof(lapic->irr));
    memset(lapic->isr, 0, sizeof(lapic->isr));
    memset(lapic->tmr, 0, sizeof(lapic->tmr));
    lapic->requests = 0;
    lapic->irr_top = lapic->isr_top = -1;
    lapic->errors = 0;
    lapic->tsc_deadline = 0;
    lapic->base = LAPIC_BASE | APIC_BASE_ENABLE | APIC_BASE_BSP;
    lapic->reg[LAPIC_VERSION] = VERSION_VALUE;
    lapic->reg[LAPIC_DFR] = UINT32_MAX;
    lapic->reg[LAPIC_SVR] = 0xff;
    for (unsigned reg = LAPIC_LVT_TIMER; reg <= LAPIC_LVT_ERROR; reg++)
        lapic->reg[reg] = LVT_MASKED;
    timer_disarm(&lapic->timer);
}

bool lapic_base_write(struct lapic *lapic, uint64_t value)
{
    /* Off, xAPIC, x2APIC; the fourth state does not exist. Rows are left, columns entered. */
    static const bool allowed[4][4] = {
        {true, false, true, false},
        {false, false, false, false},
        {true, false, true, true},
        {true, false, false, true},
    };
    unsigned from = lapic->base >> 10 & 3, to = value >> 10 & 3;

    if ((value & BASE_RESERVED) || !allowed[from][to])
        return false;
    if (!(value & APIC_BASE_ENABLE))
        lapic_reset(lapic);
    lapic->base = value | APIC_BASE_BSP;
    lapic->ops.changed(lapic->ops.ctx);
    return true;
}

void lapic_init(struct lapic *lapic, const struct clock *clock, struct timers *timers,
                const struct lapic_ops *ops)
{
    memset(lapic, 0, sizeof(*lapic));
    lapic->clock = clock;
    lapic->ops = *ops;
    timer_init(&lapic->timer, timers, timer_fire, lapic);
    lapic_reset(lapic);
    /* Firmware's part of the deal: virtual wire mode, LINT0 passes the 8259, LINT1 is NMI. */
    lapic->reg[LAPIC_SVR] |= SVR_ENABLE;
    lapic->reg[LAPIC_LVT_LINT0] = APIC_MODE_EXTINT << 8;
    lapic->reg[LAPIC_LVT_LINT1] = APIC_MODE_NMI << 8;
}

int lapic_attach(struct lapic *lapic, struct mmio_bus *mmio)
{
    const struct mmio_range range = {"local APIC",    LAPIC_BASE,       LAPIC_SIZE,
                                     lapic_mmio_read, lapic_mmio_write, lapic};

    return timers_add(&lapic->timer) ?: mmio_bus_add(mmio, &range);
}
