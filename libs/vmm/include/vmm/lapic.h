/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC of the one virtual CPU, as memory (xAPIC) and as MSRs (x2APIC), with its timer in
 * all three modes. Rests on: Intel SDM volume 3A, chapter 10; APM volume 2, chapter 16.
 */
#pragma once

#include <vmm/device.h>

#define LAPIC_BASE      0xfee00000ull
#define LAPIC_SIZE      0x1000ull
#define LAPIC_TIMER_HZ  1000000000ull /* rate of the timer before its divider */
#define LAPIC_REGISTERS 64            /* 16 bytes apart */

/* Register numbers: MMIO offset / 16, which is also the x2APIC MSR number - 0x800. */
enum lapic_register {
    LAPIC_ID = 0x02,
    LAPIC_VERSION = 0x03,
    LAPIC_TPR = 0x08,
    LAPIC_APR = 0x09,
    LAPIC_PPR = 0x0a,
    LAPIC_EOI = 0x0b,
    LAPIC_LDR = 0x0d,
    LAPIC_DFR = 0x0e,
    LAPIC_SVR = 0x0f,
    LAPIC_ISR = 0x10,
    LAPIC_TMR = 0x18,
    LAPIC_IRR = 0x20,
    LAPIC_ESR = 0x28,
    LAPIC_ICR = 0x30,
    LAPIC_ICR_HIGH = 0x31,
    LAPIC_LVT_TIMER = 0x32,
    LAPIC_LVT_THERMAL = 0x33,
    LAPIC_LVT_PERF = 0x34,
    LAPIC_LVT_LINT0 = 0x35,
    LAPIC_LVT_LINT1 = 0x36,
    LAPIC_LVT_ERROR = 0x37,
    LAPIC_TIMER_INITIAL = 0x38,
    LAPIC_TIMER_CURRENT = 0x39,
    LAPIC_TIMER_DIVIDE = 0x3e,
    LAPIC_SELF_IPI = 0x3f,
};

/* Delivery modes, as in the LVT, the ICR and the I/O APIC's entries. */
enum apic_mode {
    APIC_MODE_FIXED = 0,
    APIC_MODE_LOWEST = 1,
    APIC_MODE_SMI = 2,
    APIC_MODE_NMI = 4,
    APIC_MODE_INIT = 5,
    APIC_MODE_SIPI = 6,
    APIC_MODE_EXTINT = 7,
};

/* IA32_APIC_BASE. */
#define APIC_BASE_BSP    BIT(8)
#define APIC_BASE_X2APIC BIT(10)
#define APIC_BASE_ENABLE BIT(11)

struct lapic_ops {
    void (*eoi)(void *ctx, uint8_t vector); /* a level-triggered vector ended: tell the I/O APIC */
    void (*nmi)(void *ctx);
    void (*reset)(void *ctx); /* INIT aimed at this CPU */
    /* It takes messages again, or its page has moved to lapic_page(). */
    void (*changed)(void *ctx);
    void *ctx;
};

struct lapic {
    uint64_t base; /* IA32_APIC_BASE */
    uint32_t reg[LAPIC_REGISTERS];
    uint32_t irr[8], isr[8], tmr[8];
    unsigned requests;     /* bits set in irr */
    int irr_top, isr_top;  /* highest set vector, -1 if none: what the entry path looks at */
    uint32_t errors;       /* seen since the ESR was written last, which shows them */
    uint64_t tsc_deadline; /* the MSR's value; 0 = disarmed */
    uint64_t timer_start;  /* ticks at which the present count began */
    bool extint;           /* the 8259's INTR pin, wired to LINT0 */
    const struct clock *clock;
    struct timer timer;
    struct lapic_ops ops;
};

void lapic_init(struct lapic *lapic, const struct clock *clock, struct timers *timers,
                const struct lapic_ops *ops);
int lapic_attach(struct lapic *lapic, struct mmio_bus *mmio);

/* MSRs 0x800 to 0x8ff, IA32_APIC_BASE and IA32_TSC_DEADLINE; false means #GP. */
bool lapic_x2apic_read(struct lapic *lapic, uint32_t msr, uint64_t *value);
bool lapic_x2apic_write(struct lapic *lapic, uint32_t msr, uint64_t value);
bool lapic_base_write(struct lapic *lapic, uint64_t value);
void lapic_deadline_write(struct lapic *lapic, uint64_t tsc);

/* Guest-physical address of the registers. */
static inline uint64_t lapic_page(const struct lapic *lapic)
{
    return lapic->base & ~(LAPIC_SIZE - 1);
}

/* A message for this CPU from the I/O APIC or an MSI; false if it does not take it. */
bool lapic_deliver(struct lapic *lapic, unsigned mode, uint8_t vector, bool level);
/* Whether this CPU is among those that a message's destination names. */
bool lapic_addressed(const struct lapic *lapic, uint32_t destination, bool logical);
void lapic_set_extint(struct lapic *lapic, bool high);

/* The vector that waits for nothing but the processor (task priority, flags), or -1. */
static inline int lapic_requested(const struct lapic *lapic)
{
    int vector = lapic->irr_top;

    if (vector < 0 || (lapic->isr_top >= 0 && vector >> 4 <= lapic->isr_top >> 4))
        return -1;
    return vector;
}

/* The vector that may be delivered now, or -1. */
static inline int lapic_pending(const struct lapic *lapic)
{
    int vector = lapic_requested(lapic);

    return vector >> 4 > (int)(lapic->reg[LAPIC_TPR] >> 4) ? vector : -1;
}

/*
 * The task priority as CR8 has it (10.8.6): its class. Writing another one clears the bits below.
 */
static inline unsigned lapic_cr8(const struct lapic *lapic)
{
    return lapic->reg[LAPIC_TPR] >> 4;
}

static inline void lapic_set_cr8(struct lapic *lapic, unsigned class)
{
    if (class != lapic_cr8(lapic))
        lapic->reg[LAPIC_TPR] = class << 4;
}

/* True if the 8259's output reaches the CPU: LINT0 as ExtINT, or the APIC switched off. */
bool lapic_accepts_extint(const struct lapic *lapic);
/* The CPU takes `vector`: from requested to in service. */
void lapic_accept(struct lapic *lapic, uint8_t vector);
void lapic_end_of_interrupt(struct lapic *lapic);
