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

/* For alarm_tune(): a reading of both clocks, and how far apart the next should be. */
#define TUNE_AFTER_NS 200000000u
static uint64_t tune_start_ns;
static uint32_t tune_start_ticks;

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

void alarm_init(uint64_t now)
{
    if (init_hpet((volatile uint64_t *)hpet)) {
        tune_start_ns = now;
        tune_start_ticks = hpet_counter();
    } else {
        ticks_per_ns_32 = ((uint64_t)PIT_HZ << 32) / 1000000000u;
    }
}

void alarm_tune(uint64_t now)
{
    uint64_t elapsed = now - tune_start_ns;
    if (!hpet_registers || tune_start_ns == 0 || elapsed < TUNE_AFTER_NS)
        return;
    uint64_t expected = ((unsigned __int128)elapsed * ticks_per_ns_32) >> 32;
    uint32_t ticks = hpet_counter() - tune_start_ticks;
    tune_start_ns = 0;
    /* More than one percent is no drift: the counter wrapped, or this thread was held up. */
    if (ticks > expected - expected / 100 && ticks < expected + expected / 100)
        ticks_per_ns_32 = ((uint64_t)ticks << 32) / elapsed;
}

/*
 * The comparator fires when the counter reaches it; a value that was passed while it was being
 * written must be moved ahead.
 */
static void set_hpet(uint32_t ticks)
{
    for (;;) {
        uint32_t target = hpet_counter() + ticks;
        hpet_registers[HPET_T0_COMPARE] = target;
        if ((int32_t)(target - hpet_counter()) > 0)
            return;
        ticks *= 2;
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
