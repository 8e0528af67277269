/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HPET (IA-PC HPET Specification 1.0a) in legacy replacement mode, where timer 0 takes the 8254's
 * place at the interrupt controllers; 8254 in mode 0 on machines without.
 */
#include "alarm.h"

#include <base/bits.h>
#include <camkes.h>

/* HPET registers, by 64-bit index. */
#define HPET_CAPABILITIES 0x00
#define HPET_CONFIG       0x02
#define HPET_COUNTER      0x1e
#define HPET_T0_CONFIG    0x20
#define HPET_T0_COMPARE   0x21

#define HPET_CAP_LEGACY    BIT(15)
#define HPET_CONFIG_ENABLE BIT(0)
#define HPET_CONFIG_LEGACY BIT(1)
#define HPET_TIMER_ENABLE  BIT(2)
#define HPET_TIMER_32BIT   BIT(8)
/* Longest period of a tick that the specification allows: 100 ns. */
#define HPET_MAX_PERIOD_FS 100000000u

#define FS_PER_NS 1000000u

#define PIT_HZ      1193182u
#define PIT_DATA0   0x40
#define PIT_CONTROL 0x43
#define PIT_MODE0   0x30 /* channel 0, low byte then high byte, interrupt on terminal count */

/* Only the low 32 bits of the counter are compared, so that a wrap is the same on every HPET. */
#define HPET_MAX_TICKS 0x7fffffffu
#define HPET_MIN_TICKS 32u

static volatile uint64_t *hpet_registers; /* NULL = the 8254 serves */
static uint64_t ticks_per_ns_32;          /* fixed point, 32 bits of fraction */

/* Both clocks at one moment. */
struct reading {
    uint64_t ns;
    uint32_t ticks;
};

/* For alarm_tune(): a reading, how far from it the next should be, and how exact both are. */
#define TUNE_AFTER_NS 200000000u
#define EXACT_NS      10000u
#define MAX_TRIES     16
static uint64_t (*clock_ns)(void);
static struct reading tune_start;
static bool tunable;

static uint32_t ticks_for(uint64_t ns, uint32_t minimum, uint32_t maximum)
{
    unsigned __int128 ticks = ((unsigned __int128)ns * ticks_per_ns_32) >> 32;
    return (uint32_t)MAX(MIN(ticks, maximum), minimum);
}

static uint32_t hpet_counter(void)
{
    return *(volatile uint32_t *)&hpet_registers[HPET_COUNTER];
}

static bool init_hpet(volatile uint64_t *registers)
{
    uint64_t capabilities = registers[HPET_CAPABILITIES];
    uint32_t period_fs = (uint32_t)(capabilities >> 32);
    if (period_fs == 0 || period_fs > HPET_MAX_PERIOD_FS || !(capabilities & HPET_CAP_LEGACY))
        return false;
    ticks_per_ns_32 = ((uint64_t)FS_PER_NS << 32) / period_fs;
    registers[HPET_CONFIG] = 0;
    /* One shot, but in 32 bits it fires again with each turn of the counter; nobody minds. */
    registers[HPET_T0_CONFIG] = HPET_TIMER_32BIT | HPET_TIMER_ENABLE;
    registers[HPET_CONFIG] = HPET_CONFIG_ENABLE | HPET_CONFIG_LEGACY;
    hpet_registers = registers;
    return true;
}

/* False if this thread, or the machine, was held up meanwhile. */
static bool read_clocks(struct reading *reading)
{
    uint64_t before = clock_ns();
    reading->ticks = hpet_counter();
    reading->ns = clock_ns();
    return reading->ns - before < EXACT_NS;
}

void alarm_init(uint64_t (*clock)(void))
{
    clock_ns = clock;
    if (!init_hpet((volatile uint64_t *)hpet)) {
        ticks_per_ns_32 = ((uint64_t)PIT_HZ << 32) / 1000000000u;
        return;
    }
    for (unsigned i = 0; i < MAX_TRIES && !tunable; i++)
        tunable = read_clocks(&tune_start);
}

void alarm_tune(void)
{
    struct reading now;
    if (!tunable || clock_ns() - tune_start.ns < TUNE_AFTER_NS || !read_clocks(&now))
        return;
    uint64_t elapsed = now.ns - tune_start.ns;
    uint64_t expected = ((unsigned __int128)elapsed * ticks_per_ns_32) >> 32;
    uint32_t ticks = now.ticks - tune_start.ticks;
    tunable = false;
    /* More than one percent is no drift: the counter wrapped. */
    if (ticks > expected - expected / 100 && ticks < expected + expected / 100)
        ticks_per_ns_32 = ((uint64_t)ticks << 32) / elapsed;
}

/*
 * The comparator fires when the counter reaches it; where that was passed while it was being
 * written, the alarm is due.
 */
static void set_hpet(uint32_t ticks)
{
    for (uint32_t soon = HPET_MIN_TICKS;; soon = MIN(soon * 2, HPET_MAX_TICKS)) {
        uint32_t start = hpet_counter();
        hpet_registers[HPET_T0_COMPARE] = start + ticks;
        if (hpet_counter() - start < ticks)
            return;
        ticks = soon;
    }
}

void alarm_set(uint64_t ns)
{
    if (hpet_registers) {
        set_hpet(ticks_for(ns, HPET_MIN_TICKS, HPET_MAX_TICKS));
        return;
    }
    uint32_t ticks = ticks_for(ns, 2, 0xffff);
    pit_out8(PIT_CONTROL, PIT_MODE0);
    pit_out8(PIT_DATA0, (uint8_t)ticks);
    pit_out8(PIT_DATA0, (uint8_t)(ticks >> 8));
}
