/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC's registers, in memory and as MSRs (x2APIC). Section numbers are those of the
 * Intel SDM, volume 3A.
 */
#include "lapic_private.h"

#define LVT_READ_ONLY    (BIT(12) | BIT(14))
#define ESR_SEND_ILLEGAL BIT(5)
#define ICR_LEVEL_ASSERT BIT(14)
#define ICR_SHORTHAND    (3u << 18)
#define ICR_LOGICAL      BIT(11)
#define ICR_STATUS       BIT(12)
#define ICR_RESERVED     0xfff32000u /* bits 31:20, 17:16 and 13 */

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
        return lapic_timer_current(lapic);
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
        lapic_report_error(lapic, ESR_SEND_ILLEGAL);
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
    bool was = lapic_enabled(lapic);

    lapic->reg[LAPIC_SVR] = value & writable(LAPIC_SVR);
    if (!(value & SVR_ENABLE))
        for (unsigned reg = LAPIC_LVT_TIMER; reg <= LAPIC_LVT_ERROR; reg++)
            lapic->reg[reg] |= LVT_MASKED;
    if (!was && lapic_enabled(lapic))
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
            lapic_timer_restart(lapic, clock_now(lapic->clock));
        }
        break;
    case LAPIC_TIMER_DIVIDE:
        lapic->reg[reg] = value & writable(reg);
        lapic_timer_restart(lapic, clock_now(lapic->clock));
        break;
    default: /* read-only or reserved */
        break;
    }
}

uint64_t lapic_mmio_read(void *ctx, uint64_t offset, unsigned size)
{
    struct lapic *lapic = ctx;

    /* Bytes inside the 32-bit register are returned as a real bus would; the rest is reserved. */
    (void)size;
    if (lapic_is_x2apic(lapic) || !(lapic->base & APIC_BASE_ENABLE))
        return UINT64_MAX;
    if ((offset & 0xf) >= 4 || offset >= 0x400)
        return 0;
    return lapic_read(lapic, (unsigned)(offset >> 4)) >> (8 * (offset & 3));
}

void lapic_mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    struct lapic *lapic = ctx;

    if (lapic_is_x2apic(lapic) || !(lapic->base & APIC_BASE_ENABLE) || (offset & 0xf) || size < 4 ||
        offset >= 0x400)
        return;
    lapic_write(lapic, (unsigned)(offset >> 4), (uint32_t)value);
}

/* --- x2APIC (10.12) --- */

bool lapic_x2apic_read(struct lapic *lapic, uint32_t msr, uint64_t *value)
{
    unsigned reg = msr - 0x800;

    if (!lapic_is_x2apic(lapic) || reg >= LAPIC_REGISTERS)
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

    if (!lapic_is_x2apic(lapic) || reg >= LAPIC_REGISTERS)
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
        if (lapic_enabled(lapic))
            lapic_request(lapic, (uint8_t)value, false);
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
