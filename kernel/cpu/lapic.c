/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC, in xAPIC mode (registers in memory), or in x2APIC mode (registers as MSRs) where
 * the firmware has already switched to it, which cannot be undone without a reset.
 *
 * Rests on: AMD64 APM volume 2, chapter 16; Intel SDM volume 3A, chapter 10.
 */
#include "lapic.h"
#include "devmap.h"
#include "features.h"
#include "memory.h"
#include "tsc.h"
#include "vectors.h"
#include "x86.h"
#include <base/bits.h>

#include <stddef.h>

enum lapic_register {
    LAPIC_ID = 0x20,
    LAPIC_TASK_PRIORITY = 0x80,
    LAPIC_EOI = 0xb0,
    LAPIC_SPURIOUS = 0xf0,
    LAPIC_IN_SERVICE = 0x100,
    LAPIC_REQUEST = 0x200,
    LAPIC_LVT_TIMER = 0x320,
    LAPIC_LVT_THERMAL = 0x330,
    LAPIC_LVT_PERFORMANCE = 0x340,
    LAPIC_LVT_LINT0 = 0x350,
    LAPIC_LVT_LINT1 = 0x360,
    LAPIC_LVT_ERROR = 0x370,
    LAPIC_TIMER_INITIAL = 0x380,
    LAPIC_TIMER_CURRENT = 0x390,
    LAPIC_TIMER_DIVIDE = 0x3e0,
    LAPIC_VERSION = 0x30,
};

#define SPURIOUS_ENABLE   0x100
#define LVT_MASKED        0x10000
#define LVT_NMI           0x400
#define LVT_TSC_DEADLINE  0x40000
#define TIMER_DIVIDE_BY_1 0xb

uint64_t lapic_timer_hz;
static volatile uint32_t *registers; /* NULL in x2APIC mode */

static uint32_t lapic_read(unsigned r)
{
    if (!registers)
        return (uint32_t)rdmsr(MSR_X2APIC_FIRST + r / 16);
    return registers[r / 4];
}

static void lapic_write(unsigned r, uint32_t value)
{
    if (!registers)
        wrmsr(MSR_X2APIC_FIRST + r / 16, value);
    else
        registers[r / 4] = value;
}

BOOT_CODE void lapic_map(uint64_t paddr)
{
    bool x2apic_on = cpu_features.x2apic && (rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC);
    if (!x2apic_on)
        registers = devmap(paddr, PAGE_SIZE_4K);
}

void lapic_init_core(void)
{
    wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE);
    lapic_write(LAPIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    lapic_write(LAPIC_TASK_PRIORITY, 0);

    unsigned lvt_count = (lapic_read(LAPIC_VERSION) >> 16 & 0xff) + 1;
    lapic_write(LAPIC_LVT_TIMER, LVT_MASKED);
    lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
    lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
    lapic_write(LAPIC_LVT_ERROR, LVT_MASKED);
    if (lvt_count > 4)
        lapic_write(LAPIC_LVT_PERFORMANCE, LVT_MASKED);
    if (lvt_count > 5)
        lapic_write(LAPIC_LVT_THERMAL, LVT_MASKED);

    lapic_write(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_1);
    lapic_write(LAPIC_TIMER_INITIAL, 0);
    if (cpu_features.tsc_deadline)
        lapic_write(LAPIC_LVT_TIMER, LVT_TSC_DEADLINE | VECTOR_TIMER);
    else
        lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER);
    lapic_eoi();
}

uint32_t lapic_id(void)
{
    uint32_t id = lapic_read(LAPIC_ID);
    return !registers ? id : id >> 24;
}

bool lapic_is_x2apic(void)
{
    return !registers;
}

void lapic_eoi(void)
{
    lapic_write(LAPIC_EOI, 0);
}

bool lapic_in_service(uint64_t vector)
{
    return lapic_read(LAPIC_IN_SERVICE + (unsigned)vector / 32 * 16) >> vector % 32 & 1;
}

bool lapic_requested(void)
{
    /* 32 vectors a register, from those of the ISA interrupts to the timer's. */
    uint32_t any = 0;
    for (unsigned word = VECTOR_ISA_FIRST / 32; word <= VECTOR_USER_LAST / 32; word++)
        any |= lapic_read(LAPIC_REQUEST + word * 16);
    return (any | lapic_read(LAPIC_REQUEST + VECTOR_TIMER / 32 * 16)) != 0;
}

void lapic_timer_start(uint32_t count)
{
    /* Deadline mode ignores the count: calibration runs in one-shot mode, masked. */
    lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
    lapic_write(LAPIC_TIMER_INITIAL, count);
    if (count == 0)
        lapic_write(LAPIC_LVT_TIMER,
                    (cpu_features.tsc_deadline ? LVT_TSC_DEADLINE : 0) | VECTOR_TIMER);
}

uint32_t lapic_timer_left(void)
{
    return lapic_read(LAPIC_TIMER_CURRENT);
}

void lapic_timer_oneshot(uint64_t microseconds)
{
    if (cpu_features.tsc_deadline) {
        uint64_t deadline = microseconds == 0 ? 0 : rdtsc() + tsc_hz / 1000000 * microseconds;
        wrmsr(MSR_TSC_DEADLINE, deadline);
        return;
    }
    uint64_t count = lapic_timer_hz * microseconds / 1000000;
    lapic_write(LAPIC_TIMER_INITIAL, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count);
}
