/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest that has nothing to do. */
#include <guest.h>

volatile uint32_t bench_interrupts;

void bench_main(void)
{
    __asm__ volatile("sti");
    for (;;)
        __asm__ volatile("hlt");
}
