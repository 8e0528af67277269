/* SPDX-License-Identifier: BSD-2-Clause */
/* Sleeps, and then leaves guest mode again and again. */
#include "schedule.h"

#include <guest.h>

#define MSR_TSC_DEADLINE 0x6e0
#define TIMER_DEADLINE   0x40000

volatile uint32_t bench_interrupts;
static struct gate idt[256];

void bench_main(void)
{
    uint32_t regs[4];

    start_interrupts(idt, VECTOR, VECTOR);
    lapic_write(LAPIC_TIMER, VECTOR | TIMER_DEADLINE);
    wrmsr(MSR_TSC_DEADLINE, WORK_BEGINS);
    await_interrupt(0);
    for (;;)
        cpuid(0, regs);
}
