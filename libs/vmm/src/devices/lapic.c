/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC (lapic.h). Section numbers are those of the Intel SDM, volume 3A.
 */
#include <vmm/lapic.h>

#include <string.h>

#define VERSION_VALUE        0x00050014u /* integrated APIC, 6 LVT entries */
#define SVR_ENABLE           BIT(8)
#define LVT_MASKED           BIT(16)
#define LVT_LEVEL            BIT(15)
#define LVT_READ_ONLY        (BIT(12) | BIT(14))
#define TIMER_MODE           (3u << 17)
#define TIMER_PERIODIC       BIT(17)
#define TIMER_DEADLINE       (2u << 17)
#define ESR_SEND_ILLEGAL     BIT(5)
#define ESR_RECEIVED_ILLEGAL BIT(6)
#define FIRST_VECTOR         16
#define ICR_LEVEL_ASSERT     BIT(14)
#define ICR_SHORTHAND        (3u << 18)
#define ICR_LOGICAL          BIT(11)
#define ICR_STATUS           BIT(12)
#define ICR_RESERVED         0xfff32000u /* bits 31:20, 17:16 and 13 */
#define BASE_RESERVED        (BIT(9) | 0xff)

static bool enabled(const struct lapic *lapic)
{
    return (lapic->base & APIC_BASE_ENABLE) && (lapic->reg[LAPIC_SVR] & SVR_ENABLE);
}

static bool x2apic(const struct lapic *lapic)
{
    return lapic->base & APIC_BASE_X2APIC;
}

static int top_of(const uint32_t *bits)
{
    for (int word = 7; word >= 0; word--)
        if (bits[word])
            return word * 32 + 31 - __builtin_clz(bits[word]);
    return -1;
}

static void set_requested(struct lapic *lapic, uint8_t vector, bool level)
{
    uint32_t mask = BIT(vector % 32);

    lapic->irr[vector / 32] |= mask;
    if (level)
        lapic->tmr[vector / 32] |= mask;
    else
        lapic->tmr[vector / 32] &= ~mask;
    if (vector > lapic->irr_top)
        lapic->irr_top = vector;
}

/* The first one since the ESR was written interrupts (10.5.3). */
static void report_error(struct lapic *lapic, uint32_t error)
{
    uint32_t lvt = lapic->reg[LAPIC_LVT_ERROR];

    if (!lapic->errors && !(lvt & LVT_MASKED) && enabled(lapic) && (uint8_t)lvt >= FIRST_VECTOR)
        set_requested(lapic, (uint8_t)lvt, false);
    lapic->errors |= error;
}

/* False: there is no such vector. */
static bool request(struct lapic *lapic, uint8_t vector, bool level)
{
    if (vector < FIRST_VECTOR) {
        report_error(lapic, ESR_RECEIVED_ILLEGAL);
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
        return enabled(lapic) && request(lapic, vector, level);
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

    if (x2apic(lapic)) {
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
    if (rise && enabled(lapic) && !(lvt & LVT_MASKED) && (lvt >> 8 & 7) != APIC_MODE_EXTINT)
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

    lapic->irr[vector / 32] &= ~mask;
    lapic->irr_top = top_of(lapic->irr);
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
    lapic->isr_top = top_of(lapic->isr);
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
    if (!(lvt & LVT_MASKED) && enabled(lapic))
        request(lapic, (uint8_t)lvt, false);
}

static void timer_restart(struct lapic *lapic, uint64_t now)
{
    lapic->timer_start = now;
    if ((lapic->reg[LAPIC_LVT_TIMER] & TIMER_MODE) == TIMER_DEADLINE)
        return;
    if (lapic->reg[LAPIC_TIMER_INITIAL])
        timer_arm(&lapic->timer, now + timer_period(lapic));
    else
        timer_disarm(&lapic->timer);
}

static uint32_t timer_current(const struct lapic *lapic)
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

/* --- Registers --- */

static uint32_t processor_priority(const struct lapic *lapic)
{
    uint32_t tpr = lapic->reg[LAPIC_TPR] & 0xff;
    uint32_t isr = lapic->isr_top < 0 ? 0 : (uint32_t)lapic->isr_top & 0xf0;

    return isr > (tpr & 0xf0) ? isr : tpr;
}

static uint32_t lapic_read(struct lapic *lapic, unsigned reg)
{
    switch (reg) {
    case LAPIC_ISR ... LAPIC_ISR + 7:
        return lapic->isr[reg - LAPIC_ISR];
    case LAPIC_TMR ... LAPIC_TMR + 7:
        return lapic->tmr[reg - LAPIC_TMR];
    case LAPIC_IRR ... LAPIC_IRR + 7:
        return lapic->irr[reg - LAPIC_IRR];
    case LAPIC_PPR:
        return processor_priority(lapic);
    case LAPIC_TIMER_CURRENT:
        return timer_current(lapic);
    case LAPIC_EOI: /* write only */
    case LAPIC_SELF_IPI:
        return 0;
    default:
        return reg < LAPIC_REGISTERS ? lapic->reg[reg] : 0;
    }
}

static void send_ipi(struct lapic *lapic, uint32_t icr, uint32_t destination)
{
    unsigned mode = icr >> 8 & 7;
    bool self;

    switch (icr & ICR_SHORTHAND) {
    case 1u << 18: /* self */
    case 2u << 18: /* all including self */
        self = true;
        break;
    case 3u << 18: /* all but self: there is nobody else */
        self = false;
        break;
    default:
        self = lapic_addressed(lapic, destination, icr & ICR_LOGICAL);
    }
    if (mode == APIC_MODE_INIT && !(icr & ICR_LEVEL_ASSERT))
        return; /* INIT level de-assert only synchronises arbitration ids */
    if ((mode == APIC_MODE_FIXED || mode == APIC_MODE_LOWEST) && (icr & 0xf0) == 0) {
        report_error(lapic, ESR_SEND_ILLEGAL);
        return;
    }
    if (self)
        lapic_deliver(lapic, mode, (uint8_t)icr, false);
}

/* The bits that may be written; the others are reserved or read only. */
static uint32_t writable(unsigned reg)
{
    switch (reg) {
    case LAPIC_EOI:
    case LAPIC_ESR:
        return 0; /* any write does, which the x2APIC wants to be of zero */
    case LAPIC_TPR:
    case LAPIC_SELF_IPI:
        return 0xff;
    case LAPIC_SVR:
        return 0x1ff;
    case LAPIC_LVT_TIMER:
        return 0x700ff;
    case LAPIC_LVT_THERMAL:
    case LAPIC_LVT_PERF:
        return 0x107ff;
    case LAPIC_LVT_LINT0:
    case LAPIC_LVT_LINT1:
        return 0x1a7ff;
    case LAPIC_LVT_ERROR:
        return 0x100ff;
    case LAPIC_TIMER_DIVIDE:
        return 0xb;
    default:
        return UINT32_MAX;
    }
}

/* In x2APIC mode, ones in reserved bits raise #GP (10.12.1.3). */
static bool has_reserved_bits(unsigned reg, uint64_t value)
{
    bool lvt = reg >= LAPIC_LVT_TIMER && reg <= LAPIC_LVT_ERROR;

    return value & ~(uint64_t)(writable(reg) | (lvt ? LVT_READ_ONLY : 0));
}

static void write_lvt(struct lapic *lapic, unsigned reg, uint32_t value)
{
    uint32_t old = lapic->reg[reg];

    if (!(lapic->reg[LAPIC_SVR] & SVR_ENABLE))
        value |= LVT_MASKED;
    lapic->reg[reg] = value & writable(reg);
    if (reg == LAPIC_LVT_TIMER && ((old ^ value) & TIMER_MODE)) {
        /* Leaving or entering deadline mode disarms the timer (10.5.4.1). */
        if (((old & TIMER_MODE) == TIMER_DEADLINE) != ((value & TIMER_MODE) == TIMER_DEADLINE)) {
            lapic->tsc_deadline = 0;
            lapic->reg[LAPIC_TIMER_INITIAL] = 0;
            timer_disarm(&lapic->timer);
        }
    }
}

static void write_svr(struct lapic *lapic, uint32_t value)
{
    bool was = enabled(lapic);

    lapic->reg[LAPIC_SVR] = value & writable(LAPIC_SVR);
    if (!(value & SVR_ENABLE))
        for (unsigned reg = LAPIC_LVT_TIMER; reg <= LAPIC_LVT_ERROR; reg++)
            lapic->reg[reg] |= LVT_MASKED;
    if (!was && enabled(lapic))
        lapic->ops.changed(lapic->ops.ctx);
}

static void lapic_write(struct lapic *lapic, unsigned reg, uint32_t value)
{
    switch (reg) {
    case LAPIC_EOI:
        lapic_end_of_interrupt(lapic);
        break;
    case LAPIC_ID:
    case LAPIC_LDR:
    case LAPIC_ICR_HIGH:
        lapic->reg[reg] = value & 0xff000000;
        break;
    case LAPIC_TPR:
        lapic->reg[reg] = value & writable(reg);
        break;
    case LAPIC_DFR:
        lapic->reg[reg] = value | 0x0fffffff;
        break;
    case LAPIC_SVR:
        write_svr(lapic, value);
        break;
    case LAPIC_ESR: /* a write shows what was collected since the one before */
        lapic->reg[reg] = lapic->errors;
        lapic->errors = 0;
        break;
    case LAPIC_ICR:
        lapic->reg[reg] = value & ~ICR_STATUS;
        send_ipi(lapic, value, lapic->reg[LAPIC_ICR_HIGH] >> 24);
        break;
    case LAPIC_LVT_TIMER ... LAPIC_LVT_ERROR:
        write_lvt(lapic, reg, value);
        break;
    case LAPIC_TIMER_INITIAL:
        if ((lapic->reg[LAPIC_LVT_TIMER] & TIMER_MODE) != TIMER_DEADLINE) {
            lapic->reg[reg] = value;
            timer_restart(lapic, clock_now(lapic->clock));
        }
        break;
    case LAPIC_TIMER_DIVIDE:
        lapic->reg[reg] = value & writable(reg);
        timer_restart(lapic, clock_now(lapic->clock));
        break;
    default: /* read-only or reserved */
        break;
    }
}

static uint64_t mmio_read(void *ctx, uint64_t offset, unsigned size)
{
    struct lapic *lapic = ctx;

    /* Bytes inside the 32-bit register are returned as a real bus would; the rest is reserved. */
    (void)size;
    if (x2apic(lapic) || !(lapic->base & APIC_BASE_ENABLE))
        return UINT64_MAX;
    if ((offset & 0xf) >= 4 || offset >= 0x400)
        return 0;
    return lapic_read(lapic, (unsigned)(offset >> 4)) >> (8 * (offset & 3));
}

static void mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    struct lapic *lapic = ctx;

    if (x2apic(lapic) || !(lapic->base & APIC_BASE_ENABLE) || (offset & 0xf) || size < 4 ||
        offset >= 0x400)
        return;
    lapic_write(lapic, (unsigned)(offset >> 4), (uint32_t)value);
}

/* --- x2APIC (10.12) --- */

bool lapic_x2apic_read(struct lapic *lapic, uint32_t msr, uint64_t *value)
{
    unsigned reg = msr - 0x800;

    if (!x2apic(lapic) || reg >= LAPIC_REGISTERS)
        return false;
    switch (reg) {
    case LAPIC_ID:
        *value = 0;
        return true;
    case LAPIC_LDR:
        *value = 1; /* cluster 0, CPU 0 */
        return true;
    case LAPIC_ICR:
        *value = lapic->reg[LAPIC_ICR] | (uint64_t)lapic->reg[LAPIC_ICR_HIGH] << 32;
        return true;
    case LAPIC_EOI:
    case LAPIC_SELF_IPI:
    case LAPIC_ICR_HIGH:
    case LAPIC_DFR:
    case LAPIC_APR:
        return false;
    case LAPIC_VERSION:
    case LAPIC_TPR:
    case LAPIC_PPR:
    case LAPIC_SVR:
    case LAPIC_ISR ... LAPIC_ESR:
    case LAPIC_LVT_TIMER ... LAPIC_TIMER_CURRENT:
    case LAPIC_TIMER_DIVIDE:
        *value = lapic_read(lapic, reg);
        return true;
    default:
        return false;
    }
}

bool lapic_x2apic_write(struct lapic *lapic, uint32_t msr, uint64_t value)
{
    unsigned reg = msr - 0x800;

    if (!x2apic(lapic) || reg >= LAPIC_REGISTERS)
        return false;
    switch (reg) {
    case LAPIC_ICR:
        if (value & ICR_RESERVED)
            return false;
        lapic->reg[LAPIC_ICR] = (uint32_t)value & ~ICR_STATUS;
        lapic->reg[LAPIC_ICR_HIGH] = (uint32_t)(value >> 32);
        send_ipi(lapic, (uint32_t)value, (uint32_t)(value >> 32));
        return true;
    case LAPIC_SELF_IPI:
        if (has_reserved_bits(reg, value))
            return false;
        if (enabled(lapic))
            request(lapic, (uint8_t)value, false);
        return true;
    case LAPIC_EOI:
    case LAPIC_ESR:
    case LAPIC_TPR:
    case LAPIC_SVR:
    case LAPIC_LVT_TIMER ... LAPIC_TIMER_INITIAL:
    case LAPIC_TIMER_DIVIDE:
        if (has_reserved_bits(reg, value))
            return false;
        lapic_write(lapic, reg, (uint32_t)value);
        return true;
    default:
        return false;
    }
}

/* Power-on state (10.4.7.1). */
static void lapic_reset(struct lapic *lapic)
{
    memset(lapic->reg, 0, sizeof(lapic->reg));
    memset(lapic->irr, 0, sizeof(lapic->irr));
    memset(lapic->isr, 0, sizeof(lapic->isr));
    memset(lapic->tmr, 0, sizeof(lapic->tmr));
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
    const struct mmio_range range = {"local APIC", LAPIC_BASE, LAPIC_SIZE,
                                     mmio_read,    mmio_write, lapic};

    return timers_add(&lapic->timer) ?: mmio_bus_add(mmio, &range);
}
